package clips

import (
	"context"
	"path"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// registering bounds how long it may take until the tables know all that was registered before.
const registering = time.Minute

// register tells the log of the clip, unless the content is known already, and answers the clip's id. An
// owner's clips are registered one after the other, so that those of one session find each other.
func register(ctx context.Context, d *run.Deps, u upload, sum string) (clip string, err error) {
	ctx, cancel := context.WithTimeout(ctx, registering)
	defer cancel()
	clip = es.DerivedID("clip", u.Owner, sum)
	return clip, alone(ctx, d, "clips of "+u.Owner, func() error {
		last, err := d.Logs.Last(ctx, events.Facts.Name)
		if err != nil {
			return err
		}
		if err := d.WaitFor(ctx, es.Position{Log: events.Facts.Name, Seq: last}); err != nil {
			return err
		}
		_, err = d.Decide(ctx, u.Owner, "clip", clip, func(ctx context.Context) (events.Event, error) {
			_, err := find(ctx, d.DB, u.Owner, clip)
			if err == nil {
				err = checkKept(ctx, d, u.Owner, clip)
			}
			if !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			return registered(ctx, d, u, clip, sum)
		}, es.ID(es.DerivedID("clip.registered", u.ID)))
		if err != nil {
			return err
		}
		_, err = d.DB.Exec(ctx, `update vault.uploads set clip = $2 where id = $1`, u.ID, clip)
		return err
	})
}

// checkKept tells whether a clip is about to be deleted with its stream: the same content would go with it.
func checkKept(ctx context.Context, d *run.Deps, owner, clip string) error {
	var going bool
	err := d.DB.QueryRow(ctx, `select exists (select from clip join stream on stream.owner = clip.owner and stream.id = clip.stream
		where clip.owner = $1 and clip.id = $2 and stream.deleted)`, owner, clip).Scan(&going)
	if err == nil && going {
		return fault.New(fault.Unavailable, "the same recording is just being deleted with its stream; try again in a moment").After(time.Second)
	}
	return err
}

// registered decides the stream of a clip that is new.
func registered(ctx context.Context, d *run.Deps, u upload, clip, sum string) (events.Event, error) {
	e := events.ClipRegistered{
		Clip: clip, Stream: u.Stream, Name: u.Name, Size: u.Size, ContentType: u.ContentType, SHA256: sum,
		Object: u.Object, StartedAt: u.StartedAt, EndedAt: believable(u.StartedAt, u.EndedAt),
	}
	if e.Stream != "" {
		err := checkStream(ctx, d, u.Owner, e.Stream)
		if fault.Is(err, fault.Invalid) {
			return nil, fault.New(fault.NotFound, "the stream %s was deleted meanwhile; send the file to another", e.Stream)
		}
		return e, err
	}
	stream, first, err := session(ctx, d, u)
	if e.Stream = stream; err != nil || stream != "" {
		return e, err
	}
	e.Stream = es.DerivedID("stream", u.ID)
	e.NewStream = &events.NewStream{Title: title(first), StartedAt: time.Now().UTC()}
	if e.EndedAt != nil {
		e.NewStream.StartedAt = e.EndedAt.UTC()
	}
	if first.StartedAt != nil {
		e.NewStream.StartedAt = first.StartedAt.UTC()
	}
	return e, nil
}

// title of the stream that is made for a file.
func title(u upload) string {
	if u.Title != "" {
		return u.Title
	}
	name := strings.Join(strings.Fields(strings.TrimSuffix(u.Name, path.Ext(u.Name))), " ")
	if name == "" {
		name = "Recording"
	}
	if runes := []rune(name); len(runes) > 200 {
		name = string(runes[:200])
	}
	return name
}
