package e2e

// clip is a clip as the platform tells it, as far as it is looked at here.
type clip struct {
	ID, StreamID, Name, State, Reason      string
	Size                                   int64
	Duration                               float64
	HLSURL, DASHURL, PosterURL, SpritesURL string
	Renditions                             []struct{ Width, Height int }
	Video                                  *struct{ Width, Height int }
}

// final tells whether no more will be done with the clip.
func (c clip) final() bool {
	return c.State == "packaged" || c.State == "refused" || c.State == "failed"
}

// stream is a stream as the platform tells it, as far as it is looked at here.
type stream struct {
	ID, Title, State       string
	ClipCount, MarkerCount int
	Clips                  []struct{ ID, State string }
	Markers                []marker
}

type marker struct {
	ID, Label string
	At        float64
}
