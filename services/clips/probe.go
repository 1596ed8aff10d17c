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
	Handle: []es.Handler[*run.Deps]{es.On(probeRegistered), es.On(probeRetried)},
	GiveUp: giveUp("probe", "Looking at it"),
}

func probeRegistered(ctx context.Context, d *run.Deps, e events.ClipRegistered, m es.Meta) error {
	return look(ctx, d, m, e.Clip, e.Object, e.Name)
}

func probeRetried(ctx context.Context, d *run.Deps, e events.ClipRetried, m es.Meta) error {
	return look(ctx, d, m, e.Clip, e.Object, e.Name)
}

// look tells the log what is in a stored file.
func look(ctx context.Context, d *run.Deps, m es.Meta, clip, object, name string) error {
	es.Progress(ctx, "fetch", 0, 0, 0)
	desk, err := openDesk(ctx, d, clip, object)
	if err != nil {
		return err
	}
	es.Progress(ctx, "look", 0, 0, 0)
	info, err := media.Probe(ctx, desk.source)
	var refused *media.Refused
	if errors.As(err, &refused) {
		if _, err := d.Append(ctx, m.Owner, events.ClipRefused{Clip: clip, Reason: refused.Reason}); err != nil {
			return err
		}
		return desk.clear()
	}
	if err != nil {
		return err
	}
	_, err = d.Append(ctx, m.Owner, probed(clip, object, name, info))
	return err
}

func probed(clip, object, name string, info media.Info) events.ClipProbed {
	p := events.ClipProbed{Clip: clip, Object: object, Name: name, Container: info.Container, Duration: info.Duration}
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
