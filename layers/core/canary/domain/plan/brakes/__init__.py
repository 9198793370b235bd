"""What a spec says of people and of the calendar: approvals, hours, freezes, and who moves."""
