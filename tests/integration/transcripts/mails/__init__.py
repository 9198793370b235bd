"""What is needed to type the commands of a mail at the moment it comes."""
