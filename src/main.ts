import { start } from './action/programs';

start(process);
