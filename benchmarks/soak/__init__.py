"""Very many rollouts side by side on the emulator for hours, with faults all the while."""
