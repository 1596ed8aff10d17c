package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/obs"
	bridges "github.com/afterglow-live/afterglow/services/obs"
)

// obsBridge tells a platform what happens in the OBS beside it.
type obsBridge struct {
	obsCmd
	t       *terminal
	journal *journal
	taken   *taken
	// connect gives access to the platform.
	connect func(context.Context) (platform, func(), error)
	// pause is how long to wait until something is tried again that failed for the first time.
	pause time.Duration

	// watched is the folder that recordings are imported from.
	watched  string
	unwatch  context.CancelFunc
	watching sync.WaitGroup
	// remuxes tells whether OBS makes an MP4 of each recording, and replays is how the names of files begin
	// that the replay buffer is saved to.
	remuxes atomic.Bool
	replays atomic.Value
	// free is how many bytes were free when that was told last.
	free uint64
}

// run tells what happens until the context ends, or OBS cannot be spoken to.
func (b *obsBridge) run(ctx context.Context) error {
	inner, cancel := context.WithCancel(ctx)
	var telling sync.WaitGroup
	telling.Go(func() { b.tellAll(inner) })
	var folder string
	b.journal.look(func(s obsState) { folder = s.Folder })
	b.watchFolder(inner, folder)
	err := b.hearAll(inner)
	b.stopWatching()
	cancel()
	telling.Wait()
	b.tellRest(ctx)
	return err
}

// hearAll hears OBS, again and again, until the context ends or OBS refuses for good.
func (b *obsBridge) hearAll(ctx context.Context) error {
	for failed := 0; ctx.Err() == nil; {
		c, err := obs.Connect(ctx, obs.Options{
			URL: b.URL, Password: b.Password, Topics: obs.General | obs.Config | obs.Scenes | obs.Outputs | obs.Vendors | obs.UI,
		})
		switch {
		case errors.Is(err, obs.ErrPassword):
			return fmt.Errorf("OBS at %s asks for another password: it is shown in OBS under Tools, WebSocket Server Settings, Show Connect Info; "+
				"set AFTERGLOW_OBS_PASSWORD to it", b.URL)
		case errors.Is(err, obs.ErrVersion):
			return fmt.Errorf("OBS at %s speaks another version of obs-websocket: it has to be OBS 28 or newer", b.URL)
		case err == nil:
			failed = 0
			err = b.hear(ctx, c)
			c.Close()
		}
		if ctx.Err() != nil {
			return nil
		}
		if failed++; failed == 1 {
			b.warn("OBS is not heard at %s: %v; it is tried again", b.URL, err)
		}
		if rest(ctx, b.pauseAfter(failed)) != nil {
			return nil
		}
	}
	return nil
}

// looking is how often the room on the disk is looked at.
const looking = 30 * time.Second

// hear tells what happens until the connection ends, and answers why it has.
func (b *obsBridge) hear(ctx context.Context, c *obs.Conn) error {
	if err := b.greet(ctx, c); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &obsSession{obsBridge: b, conn: c, clocks: make(chan measured)}
	defer s.measuring.Wait()
	defer cancel()
	b.journal.look(func(known obsState) {
		if known.Recording != nil {
			s.measure(ctx, measured{file: known.Recording.File})
		}
	})
	disk := time.NewTicker(looking)
	defer disk.Stop()
	for {
		select {
		case <-ctx.Done():
			b.tell(bridges.BridgeEvent{Kind: "disconnected", At: time.Now(), Reason: "The bridge was stopped."})
			return ctx.Err()
		case m := <-s.clocks:
			s.clock(m)
		case <-disk.C:
			b.lookAtDisk(false)
		case e, open := <-c.Events():
			if open {
				s.happened(ctx, e)
				continue
			}
			reason := "OBS was closed."
			if !s.exits {
				reason = fmt.Sprintf("The connection to OBS was lost: %v.", c.Err())
			}
			b.tell(bridges.BridgeEvent{Kind: "disconnected", At: time.Now(), Reason: reason})
			return c.Err()
		}
	}
}

// greet asks OBS how it stands, and tells that and what has changed while it was not heard.
func (b *obsBridge) greet(ctx context.Context, c *obs.Conn) error {
	var version struct {
		Version string `json:"obsVersion"`
	}
	var scenes struct {
		Scene string `json:"currentProgramSceneName"`
	}
	if err := errors.Join(c.Request(ctx, "GetVersion", nil, &version), c.Request(ctx, "GetSceneList", nil, &scenes)); err != nil {
		return err
	}
	folder, err := b.readProfile(ctx, c)
	if err != nil {
		return err
	}
	record, err := c.RecordStatus(ctx)
	if err != nil {
		return err
	}
	stream, err := c.StreamStatus(ctx)
	if err != nil {
		return err
	}
	b.watchFolder(context.WithoutCancel(ctx), folder)
	at := time.Now()
	b.change(func(s *obsState) []bridges.BridgeEvent {
		list := append(s.findStream(stream), s.findRecording(record, growing(folder), at)...)
		s.Folder = folder
		return append(list, bridges.BridgeEvent{
			Kind: "connected", At: at, Version: version.Version, Folder: folder, Scene: scenes.Scene,
			Streaming: stream.Active, Recording: record.Active,
		})
	})
	b.lookAtDisk(true)
	return nil
}

// readProfile asks for what the profile says of recordings, and answers the folder that they come into.
func (b *obsBridge) readProfile(ctx context.Context, c *obs.Conn) (folder string, err error) {
	var directory struct {
		Directory string `json:"recordDirectory"`
	}
	if err := c.Request(ctx, "GetRecordDirectory", nil, &directory); err != nil {
		return "", err
	}
	remux, err := c.Profile(ctx, "Video", "AutoRemux")
	if err != nil {
		return "", err
	}
	mode, err := c.Profile(ctx, "Output", "Mode")
	if err != nil {
		return "", err
	}
	category := "SimpleOutput"
	if mode == "Advanced" {
		category = "AdvOut"
	}
	prefix, err := c.Profile(ctx, category, "RecRBPrefix")
	if err != nil {
		return "", err
	}
	b.remuxes.Store(remux == "true")
	b.replays.Store(prefix)
	return directory.Directory, nil
}

// lookAtDisk tells how much room there is where OBS records, when that has changed by a hundredth or is to
// be told in any case.
func (b *obsBridge) lookAtDisk(always bool) {
	var folder string
	b.journal.look(func(s obsState) { folder = s.Folder })
	space, err := local.SpaceOf(folder)
	if err != nil {
		return // OBS runs on another machine, or the folder is away
	}
	changed := max(space.Free, b.free) - min(space.Free, b.free)
	if always || changed >= space.Total/100 {
		b.free = space.Free
		b.tell(bridges.BridgeEvent{Kind: "disk_measured", At: time.Now(), Free: int64(space.Free), Total: int64(space.Total)})
	}
}

// tell puts down something to be told.
func (b *obsBridge) tell(e bridges.BridgeEvent) {
	b.change(func(*obsState) []bridges.BridgeEvent { return []bridges.BridgeEvent{e} })
}

// change changes what is known, and puts down what is to be told because of that.
func (b *obsBridge) change(f func(s *obsState) []bridges.BridgeEvent) {
	var list []bridges.BridgeEvent
	err := b.journal.change(func(s *obsState) []item {
		list = f(s)
		var items []item
		for i := range list {
			e := &list[i]
			e.ID, e.At, e.TimecodeMs = es.NewID(), e.At.UTC(), s.timecode(e.At)
			items = append(items, item{Event: e})
		}
		return items
	})
	if err != nil {
		b.warn("%v", err)
	}
	for _, e := range list {
		b.say(e)
	}
}

// flag puts down a marker to be set.
func (b *obsBridge) flag(label string, at time.Time) {
	m := &flagged{ID: es.NewID(), Label: label, At: at.UTC()}
	if err := b.journal.change(func(*obsState) []item { return []item{{Marker: m}} }); err != nil {
		b.warn("%v", err)
	}
}

// say prints what has happened: everything for programs, the rest for people.
func (b *obsBridge) say(e bridges.BridgeEvent) {
	if b.JSON {
		_ = printJSON(b.t.out, e)
		return
	}
	text := map[string]string{
		"connected": "OBS " + e.Version + " is heard", "disconnected": e.Reason,
		"stream_started": "OBS streams", "stream_stopped": "OBS does not stream any more",
		"record_started": "OBS records " + e.File, "record_split": "OBS goes on in " + e.Next, "record_stopped": e.File + " is recorded",
	}[e.Kind]
	if text != "" {
		fmt.Fprintln(b.t.out, text)
	}
}

// warn tells what people should know, beside what is printed for programs.
func (b *obsBridge) warn(format string, args ...any) {
	fmt.Fprintf(b.t.err, format+"\n", args...)
}
