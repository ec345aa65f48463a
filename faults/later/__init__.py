"""The next version of TalkWave, as a rolling restart meets it: messages have one column more, with an index, and a
migration that brings them and fills the column for what is there. Only for the fault suite."""
