package twitch

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// Ads is when the channel shows advertisements.
type Ads struct {
	// NextAt is absent when none are planned, LastAt when there were none.
	NextAt *time.Time `json:"nextAdAt,omitempty"`
	LastAt *time.Time `json:"lastAdAt,omitempty"`
	// Duration of the next break in seconds.
	Duration int `json:"duration"`
	// PrerollFreeSeconds is how long newcomers see none.
	PrerollFreeSeconds int `json:"prerollFreeSeconds"`
	// Snoozes is how often the next break can be put off; SnoozeRefreshAt is when that grows.
	Snoozes         int        `json:"snoozes"`
	SnoozeRefreshAt *time.Time `json:"snoozeRefreshAt,omitempty"`
}

func getAds(ctx context.Context, d *run.Deps, _ struct{}) (Ads, error) {
	l, err := linkOf(ctx, d)
	if err != nil {
		return Ads{}, err
	}
	return adsOf(ctx, asUser(d, l.Owner), l.Channel)
}

func adsOf(ctx context.Context, client *helix.Client, channel string) (Ads, error) {
	a, err := client.Ads(ctx, channel)
	if err != nil {
		return Ads{}, asFault(err)
	}
	return Ads{given(a.NextAt), given(a.LastAt), a.Duration, a.PrerollFree, a.Snoozes, given(a.SnoozeRefreshAt)}, nil
}

// given is a time that may not be there.
func given(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// postSnooze puts the next break off, and answers when it comes then.
func postSnooze(ctx context.Context, d *run.Deps, _ struct{}) (Ads, error) {
	l, err := linkOf(ctx, d)
	if err != nil {
		return Ads{}, err
	}
	client := asUser(d, l.Owner)
	err = client.SnoozeAd(ctx, l.Channel)
	switch e := (*helix.Error)(nil); {
	case errors.As(err, &e) && e.Kind == helix.Limited && e.Until.IsZero():
		return Ads{}, fault.New(fault.Limited, "there are no snoozes left: wait until Twitch gives another one")
	case errors.As(err, &e) && e.Status == http.StatusBadRequest:
		return Ads{}, fault.New(fault.Conflict, "there is no break to put off: %s", e.Message)
	case err != nil:
		return Ads{}, asFault(err)
	}
	return adsOf(ctx, client, l.Channel)
}

// RunAd asks for a break.
type RunAd struct {
	// Length in seconds.
	Length int `json:"length"`
}

// Validate finds what Twitch would not take.
func (r RunAd) Validate() error {
	if r.Length < 30 || r.Length > 180 {
		return fault.Field("length", "this should be 30 to 180 seconds")
	}
	return nil
}

// Commercial is a break that has begun.
type Commercial struct {
	// Length in seconds, which Twitch may have rounded.
	Length int `json:"length"`
	// RetryAfter is in how many seconds the next one may begin.
	RetryAfter int    `json:"retryAfter"`
	Message    string `json:"message"`
}

func postAd(ctx context.Context, d *run.Deps, req RunAd) (Commercial, error) {
	l, err := linkOf(ctx, d)
	if err != nil {
		return Commercial{}, err
	}
	c, err := asUser(d, l.Owner).RunAd(ctx, l.Channel, req.Length)
	switch e := (*helix.Error)(nil); {
	case errors.As(err, &e) && e.Kind == helix.Limited && e.Until.IsZero():
		return Commercial{}, fault.New(fault.Limited, "the last break was not long enough ago: try again in some minutes")
	case errors.As(err, &e) && e.Status == http.StatusBadRequest:
		return Commercial{}, fault.New(fault.Conflict, "Twitch does not begin a break: %s", e.Message)
	}
	return Commercial(c), asFault(err)
}
