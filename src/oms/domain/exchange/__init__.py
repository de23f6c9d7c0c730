"""Exchange of files with insurers and the fund (order ФФОМС № 79), and where data come from."""
