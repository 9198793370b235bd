"""The demonstration's blatant failures on the emulator: how soon we decide, beside others who watch
the same metrics in the same run.
"""
