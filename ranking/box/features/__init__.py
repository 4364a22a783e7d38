"""The features of candidates in the search box: one file a vertical, columns throughout, nothing one by one."""
