"""The options of `canaryctl evaluate`, a frozen group a room."""
