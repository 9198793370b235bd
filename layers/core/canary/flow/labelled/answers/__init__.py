"""Both variants asked record by record, in order and patiently; each answer read and kept."""
