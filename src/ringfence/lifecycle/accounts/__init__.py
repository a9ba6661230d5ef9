"""The end of an account: everything goes but what the law keeps."""
