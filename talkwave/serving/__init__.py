"""Running TalkWave: one supervisor (`manage.py serve`), its Valkey, and its server processes."""
