/** The wiring of /about. */
import { mountTheme } from "../views/theme.js";

mountTheme();
