"""Amazon States Language without its machines: definitions, paths, intrinsics, choices, errors."""
