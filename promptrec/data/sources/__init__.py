"""Public datasets: origin, terms and reader of each."""
