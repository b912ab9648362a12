"""What letters alone tell: their case, script and damage."""
