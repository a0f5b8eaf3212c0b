"""The process and the machine: files, standard output, threads, compiled kernels, clusters."""
