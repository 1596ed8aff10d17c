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
	Name:    "clips-probe",
	Doc:     "looks at what is in a recording",
	Workers: 2,
	Handle:  []es.Handler[*run.Deps]{es.On(probeRegistered), es.On(probeRetried)},
	GiveUp:  giveUp("clips-probe", "probe", "Looking at it"),
}

func probeRegistered(ctx context.Context, d *run.Deps, e events.ClipRegistered, m es.Meta) error {
	return look(ctx, d, m, e.Clip, e.Object, e.Name)
}

func probeRetried(ctx context.Context, d *run.Deps, e events.ClipRetried, m es.Meta) error {
	return look(ctx, d, m, e.Clip, e.Object, e.Name)
}

// look tells the log what is in a stored file.
func look(ctx context.Context, d *run.Deps, m es.Meta, clip, object, name string) error {
	if err := d.WaitFor(ctx, m.Position); err != nil {
		return err
	}
	es.Progress(ctx, "fetch", 0, 0, 0)
	k, err := openDesk(ctx, d, clip, object)
	if err != nil {
		return err
	}
	defer k.leave(ctx, d)
	es.Progress(ctx, "look", 0, 0, 0)
	info, err := k.info(ctx)
	var e events.Event = probed(clip, object, name, info)
	refused := (*media.Refused)(nil)
	if errors.As(err, &refused) {
		e, err = events.ClipRefused{Clip: clip, Reason: refused.Reason}, nil
	}
	if err != nil {
		return err
	}
	k.close()
	_, err = whileIn(ctx, d, m.Owner, clip, e, "registered")
	return err
}

func probed(clip, object, name string, info media.Info) events.ClipProbed {
	p := events.ClipProbed{Clip: clip, Object: object, Name: name, Container: info.Container, Duration: info.Duration}
	if v := info.Video; v != nil {
		p.Video = &events.VideoFacts{
			Codec: v.Codec, Profile: v.Profile, Width: v.Width, Height: v.Height, FrameRate: v.FrameRate, BitRate: v.BitRate,
			PixelFormat: v.PixelFormat, Rotation: v.Rotation, Interlaced: v.Interlaced, HDR: v.HDR,
		}
	}
	for _, a := range info.Audio {
		p.Audio = append(p.Audio, events.AudioFacts{
			Codec: a.Codec, Channels: a.Channels, SampleRate: a.SampleRate, Language: a.Language, Title: a.Title, BitRate: a.BitRate,
		})
	}
	return p
}
