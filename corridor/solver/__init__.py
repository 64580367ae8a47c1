"""One state of the world, solved: the linear program, its optimum, and the answer in words."""
