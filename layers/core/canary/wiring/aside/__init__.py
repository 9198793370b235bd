"""What the planner loads for some specs alone: as large as the planner itself."""
