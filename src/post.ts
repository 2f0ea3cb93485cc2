import { undo } from './runner/undo';

void undo(process.env);
