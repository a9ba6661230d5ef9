"""The rows from which bucket keys open: account × day × part × period."""
