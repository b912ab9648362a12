"""Review: what a person is asked to judge, in which words, and the ledger of what was answered."""
