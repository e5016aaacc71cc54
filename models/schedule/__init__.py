"""The schedule engine: Microsoft Project's dates from the inputs of a plan. Pure: no records, no store, no clock."""
