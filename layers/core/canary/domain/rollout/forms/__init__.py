"""The forms of a message: a mail, an event of the bus, a notification in a chat."""
