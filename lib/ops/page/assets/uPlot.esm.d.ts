/** The browser loads uPlot from beside the page's own modules; the plugin takes it from the npm package. */
export { default } from 'uplot';
