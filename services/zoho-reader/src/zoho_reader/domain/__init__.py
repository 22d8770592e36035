"""What the reader knows of Zoho CRM without talking to it: sources, questions, answers, sums, positions."""
