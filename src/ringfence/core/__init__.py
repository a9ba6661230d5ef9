"""Values that cross rooms. No I/O, no clock of its own, nothing imported from another room."""
