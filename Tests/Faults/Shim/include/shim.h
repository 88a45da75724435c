/* Loaded into the program by LD_PRELOAD; nothing of it is called by name. */
