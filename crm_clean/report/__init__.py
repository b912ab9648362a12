"""What a run did, for eyes: a scorecard, a screenful of text, one page of HTML."""
