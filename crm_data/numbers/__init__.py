"""What managers read: pipeline, board, forecast, owners, rates and overview; every total is summed in SQL."""
