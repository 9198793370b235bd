"""Studies of what brings a decision sooner: seeded, resumable, their figures kept beside them."""
