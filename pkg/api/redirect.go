package api

// Redirect is the response of an endpoint that sends the browser elsewhere, or takes it back from
// there. Such an endpoint is not told of query parameters that its request does not name: whoever
// sends a browser back may add some. Its errors are pages.
type Redirect struct {
	// URL to go to; one of the platform's own begins with a slash.
	URL string `json:"url"`
	// Keep is a secret that the browser keeps for ten minutes and shows again as Caller.Kept, so that
	// what comes back is known to have begun in the same browser; empty forgets it.
	Keep string `json:"keep,omitempty"`
}
