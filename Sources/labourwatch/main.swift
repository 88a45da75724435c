print("labourwatch")
