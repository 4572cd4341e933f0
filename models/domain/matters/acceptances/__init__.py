"""验收: the first acceptance 初验 by checklist in rounds, and the completion acceptance with its warranty."""
