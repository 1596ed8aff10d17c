package twitch

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// auth is Twitch's OAuth server.
func auth(d *run.Deps) helix.Auth { return helix.Auth{URL: d.Config.Twitch.AuthURL} }

// refused tells that Twitch's OAuth server has said no, and would say so again.
func refused(err error) bool {
	var e *helix.Error
	return errors.As(err, &e) && (e.Kind == helix.Refused || e.Kind == helix.Unauthorised)
}

// told is what Twitch said.
func told(err error) string {
	var e *helix.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

// asFault says what somebody can do about an error of Twitch.
func asFault(err error) error {
	var e *helix.Error
	if !errors.As(err, &e) {
		return err
	}
	f := fault.New(fault.Internal, "")
	switch e.Kind {
	case helix.Unauthorised:
		f = fault.New(fault.Conflict, "Twitch does not accept the connection for this: connect again in the settings")
	case helix.MissingScope:
		f = fault.New(fault.Conflict, "the connection to Twitch does not allow this: connect again in the settings, and allow %s", e.Scope)
	case helix.Limited:
		f = fault.New(fault.Limited, "Twitch takes no more of this at the moment: try again later")
		if wait := time.Until(e.Until); wait > 0 {
			f = f.After(wait)
		}
	case helix.Unavailable:
		f = fault.New(fault.Unavailable, "Twitch does not answer as it should at the moment: try again")
	case helix.Refused:
		f = fault.New(codeOf(e.Status), "Twitch did not do this: %s", e.Message)
	}
	return fmt.Errorf("%w (%w)", f, err)
}

func codeOf(status int) fault.Code {
	switch status {
	case http.StatusForbidden:
		return fault.Forbidden
	case http.StatusNotFound:
		return fault.NotFound
	case http.StatusConflict:
		return fault.Conflict
	}
	return fault.Invalid
}
