"""Who may do what: the permissions of roles, and what each AWS call requires."""
