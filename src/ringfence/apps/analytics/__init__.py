"""What is counted of the platform's use: pages by day, of nobody; and of an account, which features it uses."""
