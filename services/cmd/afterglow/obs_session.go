package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/afterglow-live/afterglow/pkg/obs"
	bridges "github.com/afterglow-live/afterglow/services/obs"
)

// obsSession is one connection to OBS.
type obsSession struct {
	*obsBridge
	conn *obs.Conn
	// clocks are what measuring has found out.
	clocks    chan measured
	measuring sync.WaitGroup
	// exits is true when OBS has said that it is being closed.
	exits bool
}

// happened tells what an event means.
func (s *obsSession) happened(ctx context.Context, e obs.Event) {
	switch e.Type {
	case "ExitStarted":
		s.exits = true
	case "StreamStateChanged":
		s.streamed(e.At, decoded[obs.Output](e.Data))
	case "RecordStateChanged":
		s.recorded(ctx, e.At, decoded[obs.Output](e.Data))
	case "RecordFileChanged":
		s.split(e.At, decoded[struct {
			Path string `json:"newOutputPath"`
		}](e.Data).Path)
	case "CurrentProgramSceneChanged":
		scene := decoded[struct {
			Name string `json:"sceneName"`
		}](e.Data).Name
		s.tell(bridges.BridgeEvent{Kind: "scene_changed", At: e.At, Scene: scene})
		if slices.Contains(s.MarkScene, scene) {
			s.flag(scene, e.At)
		}
	case "ReplayBufferSaved":
		path := decoded[struct {
			Path string `json:"savedReplayPath"`
		}](e.Data).Path
		s.tell(bridges.BridgeEvent{Kind: "replay_saved", At: e.At, File: filepath.Base(path)})
		if s.MarkReplays {
			s.flag("Replay", e.At)
		}
	case "ScreenshotSaved":
		if s.MarkScreenshots {
			s.flag("Marker", e.At)
		}
	case "CustomEvent", "VendorEvent":
		if label, ok := markerIn(e.Data); ok {
			s.flag(label, e.At)
		}
	case "CurrentProfileChanged":
		if folder, err := s.readProfile(ctx, s.conn); err == nil { // or the connection ends, and it is asked anew
			s.change(func(known *obsState) []bridges.BridgeEvent {
				known.Folder = folder
				return nil
			})
			s.watchFolder(context.WithoutCancel(ctx), folder)
		}
	}
}

// decoded reads what an event tells. What cannot be read tells nothing.
func decoded[T any](data json.RawMessage) (told T) {
	_ = json.Unmarshal(data, &told)
	return told
}

func (s *obsSession) streamed(at time.Time, o obs.Output) {
	s.change(func(known *obsState) []bridges.BridgeEvent {
		switch {
		case o.State == obs.Started && (known.Stream == nil || !isNear(*known.Stream, at)): // or it was found before it was heard
			known.Stream = &at
			return []bridges.BridgeEvent{{Kind: "stream_started", At: at}}
		case o.State == obs.Stopped && known.Stream != nil:
			known.Stream = nil
			return []bridges.BridgeEvent{{Kind: "stream_stopped", At: at}}
		}
		return nil
	})
}

func (s *obsSession) recorded(ctx context.Context, at time.Time, o obs.Output) {
	s.change(func(known *obsState) []bridges.BridgeEvent {
		r := known.Recording
		switch {
		case o.State == obs.Started && r != nil && isNear(r.Zero, at): // it was found before it was heard
			r.File = o.Path
			known.begins(o.Path, at)
			return nil
		case o.State == obs.Started:
			known.Recording = &recordingState{File: o.Path, Zero: at}
			known.begins(o.Path, at)
			return []bridges.BridgeEvent{{Kind: "record_started", At: at, File: filepath.Base(o.Path)}}
		case r == nil:
			return nil
		case o.State == obs.Stopped:
			known.Recording = nil
			return []bridges.BridgeEvent{{Kind: "record_stopped", At: at, File: filepath.Base(r.File)}}
		case o.State == obs.Paused:
			r.PausedAt = &at
			return []bridges.BridgeEvent{{Kind: "record_paused", At: at}}
		case o.State == obs.Resumed:
			r.resume(at)
			return []bridges.BridgeEvent{{Kind: "record_resumed", At: at}}
		}
		return nil
	})
	switch o.State {
	case obs.Started:
		s.measure(ctx, measured{file: o.Path, said: at})
		s.lookAtDisk(true)
	case obs.Stopped:
		s.lookAtDisk(true)
	}
}

func (s *obsSession) split(at time.Time, next string) {
	s.change(func(known *obsState) []bridges.BridgeEvent {
		r := known.Recording
		if r == nil {
			return nil
		}
		file := r.File
		r.File = next
		known.begins(next, at)
		return []bridges.BridgeEvent{{Kind: "record_split", At: at, File: filepath.Base(file), Next: filepath.Base(next)}}
	})
}

// measure finds out when the timecode was zero, while everything else goes on.
func (s *obsSession) measure(ctx context.Context, m measured) {
	s.measuring.Go(func() {
		m, ok := measure(ctx, s.conn, m)
		if !ok {
			return
		}
		select {
		case s.clocks <- m:
		case <-ctx.Done():
		}
	})
}

// clock takes in when the timecode was zero. Of a recording that was begun while nobody heard it, the file
// has to agree: its timecode goes on when it is split, and has no pauses in it.
func (s *obsSession) clock(m measured) {
	s.change(func(known *obsState) []bridges.BridgeEvent {
		r := known.Recording
		if r == nil || r.File != m.file {
			return nil
		}
		r.Zero = m.zero
		e := bridges.BridgeEvent{
			Kind: "clock_measured", At: time.Now(), File: filepath.Base(m.file), StartedAt: &m.zero, ErrorMs: milliseconds(m.wrong),
		}
		if m.said.IsZero() {
			if !agrees(m.file, m.zero) {
				return nil
			}
		} else {
			e.OffsetMs = milliseconds(m.zero.Sub(m.said))
		}
		m.zero = m.zero.UTC()
		known.begins(m.file, m.zero)
		return []bridges.BridgeEvent{e}
	})
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// resume takes a pause out of the timecode.
func (r *recordingState) resume(at time.Time) {
	if r.PausedAt != nil {
		r.Zero = r.Zero.Add(at.Sub(*r.PausedAt))
		r.PausedAt = nil
	}
}

// kept is how long it is remembered when a recording began.
const kept = 30 * 24 * time.Hour

// begins notes when a recording began.
func (s *obsState) begins(path string, at time.Time) {
	if s.Started == nil {
		s.Started = map[string]time.Time{}
	}
	for title, began := range s.Started {
		if at.Sub(began) > kept {
			delete(s.Started, title)
		}
	}
	s.Started[fileTitle(path)] = at.UTC()
}

// near is how far apart two measurements of one moment may be.
const near = 3 * time.Second

func isNear(a, b time.Time) bool { return a.Sub(b).Abs() <= near }

// agrees tells whether the file itself says that it began about then.
func agrees(path string, at time.Time) bool {
	r, err := recordingAt(path)
	if err != nil {
		return false
	}
	began, ok := r.started()
	return ok && isNear(began, at)
}

// findStream takes in how the stream stands. That it has stopped while it was not heard is told by what is
// told of the connection: nobody knows when.
func (s *obsState) findStream(now obs.Status) []bridges.BridgeEvent {
	if !now.Active {
		s.Stream = nil
		return nil
	}
	zero, _ := now.Zero()
	if s.Stream != nil && isNear(*s.Stream, zero) {
		return nil
	}
	s.Stream = &zero
	return []bridges.BridgeEvent{{Kind: "stream_started", At: zero}}
}

// findRecording takes in how the recording stands, and which file it is written to.
func (s *obsState) findRecording(now obs.Status, path string, at time.Time) []bridges.BridgeEvent {
	r := s.Recording
	if !now.Active {
		if r == nil {
			return nil
		}
		s.Recording = nil
		return []bridges.BridgeEvent{{Kind: "record_stopped", At: lastWritten(r.File, at), File: filepath.Base(r.File)}}
	}
	zero, _ := now.Zero()
	var list []bridges.BridgeEvent
	same := r != nil && (isNear(r.Zero, zero) || path != "" && filepath.Base(path) == filepath.Base(r.File))
	switch {
	case !same && r != nil:
		list = append(list, bridges.BridgeEvent{Kind: "record_stopped", At: lastWritten(r.File, at), File: filepath.Base(r.File)})
		fallthrough
	case !same:
		r = &recordingState{File: path, Zero: zero}
		s.Recording = r
		list = append(list, bridges.BridgeEvent{Kind: "record_started", At: zero, File: fileName(path)})
	case path != "" && filepath.Base(path) != filepath.Base(r.File):
		list = append(list, bridges.BridgeEvent{Kind: "record_split", At: lastWritten(r.File, at), File: filepath.Base(r.File), Next: filepath.Base(path)})
		r.File = path
	}
	switch {
	case now.Paused && r.PausedAt == nil:
		r.PausedAt = &at
		list = append(list, bridges.BridgeEvent{Kind: "record_paused", At: at})
	case !now.Paused && r.PausedAt != nil:
		r.PausedAt = nil
		list = append(list, bridges.BridgeEvent{Kind: "record_resumed", At: at})
	}
	r.Zero = zero
	if r.PausedAt != nil {
		r.Zero = zero.Add(r.PausedAt.Sub(now.Asked)) // as if it had not waited since
	}
	return list
}

// fileName is a path without its folder; empty when it is not known.
func fileName(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}

// lastWritten is when a recording was whole; at the latest now.
func lastWritten(path string, now time.Time) time.Time {
	info, err := os.Stat(path)
	if err != nil || info.ModTime().After(now) {
		return now
	}
	return info.ModTime()
}
