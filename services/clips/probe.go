package clips

import (
	"context"
	"errors"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// probe finds out what is in a recording.
var probe = run.Reactor{
	Name:   "clips-probe",
	Doc:    "looks at what is in a recording",
	Handle: []es.Handler[*run.Deps]{es.On(probeRegistered)},
	GiveUp: giveUp("probe"),
}

func probeRegistered(ctx context.Context, d *run.Deps, e events.ClipRegistered, m es.Meta) error {
	es.Progress(ctx, "fetch", 0, 0, 0)
	desk, err := openDesk(ctx, d, e.Clip, e.Object)
	if err != nil {
		return err
	}
	es.Progress(ctx, "look", 0, 0, 0)
	info, err := media.Probe(ctx, desk.source)
	var refused *media.Refused
	if errors.As(err, &refused) {
		if _, err := d.Append(ctx, m.Owner, events.ClipRefused{Clip: e.Clip, Reason: refused.Reason}); err != nil {
			return err
		}
		return desk.clear()
	}
	if err != nil {
		return err
	}
	_, err = d.Append(ctx, m.Owner, probed(e, info))
	return err
}

func probed(e events.ClipRegistered, info media.Info) events.ClipProbed {
	p := events.ClipProbed{Clip: e.Clip, Object: e.Object, Name: e.Name, Container: info.Container, Duration: info.Duration}
	if v := info.Video; v != nil {
		p.Video = &events.VideoFacts{Codec: v.Codec, Width: v.Width, Height: v.Height, FrameRate: v.FrameRate, BitRate: v.BitRate}
	}
	for _, a := range info.Audio {
		p.Audio = append(p.Audio, events.AudioFacts{
			Codec: a.Codec, Channels: a.Channels, SampleRate: a.SampleRate, Language: a.Language, Title: a.Title,
		})
	}
	return p
}

// giveUp tells that the work on a clip has ended without success.
func giveUp(stage string) func(context.Context, *run.Deps, es.Event, error) error {
	return func(ctx context.Context, d *run.Deps, e es.Event, reason error) error {
		if _, err := d.Append(ctx, e.Owner, events.ClipFailed{Clip: e.AggregateID, Stage: stage, Reason: reason.Error()}); err != nil {
			return err
		}
		return deskOf(d, e.AggregateID).clear()
	}
}
