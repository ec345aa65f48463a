"""The speed figures: TalkWave beside its peers, on this machine, in one run."""
