import { stopWine } from './wine';

/** After all tests. */
export default stopWine;
