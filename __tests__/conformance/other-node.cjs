// Preloaded into a process, it has it believe that it is run by another Node.
process.execPath = process.env.OTHER_NODE;
