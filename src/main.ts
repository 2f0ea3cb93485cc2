import { start } from './action';

start(process);
