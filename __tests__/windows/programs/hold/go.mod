module programs/hold

go 1.21
