package obs

import (
	"fmt"
	"path/filepath"
	"time"
)

// frame is how long one picture is shown: timecodes are in whole frames.
const frame = time.Second / 30

// output is one thing that OBS makes: a recording, the stream, the replay buffer.
type output struct {
	active, paused bool
	started        time.Time
	// pausedAt is since when it waits, rested how long it has waited before.
	pausedAt time.Time
	rested   time.Duration
	path     string
}

// timecode is how much there is of the output.
func (o output) timecode(now time.Time) time.Duration {
	if !o.active {
		return 0
	}
	if o.paused {
		now = o.pausedAt
	}
	return (now.Sub(o.started) - o.rested).Truncate(frame)
}

// status is what GetRecordStatus and GetStreamStatus answer.
func (o output) status(now time.Time) map[string]any {
	t := o.timecode(now)
	text := fmt.Sprintf("%02d:%02d:%02d.%03d", int(t.Hours()), int(t.Minutes())%60, int(t.Seconds())%60, t.Milliseconds()%1000)
	return map[string]any{
		"outputActive": o.active, "outputPaused": o.paused, "outputTimecode": text, "outputDuration": t.Milliseconds(),
		"outputBytes": int64(t.Seconds() * 750_000), "outputReconnecting": false, "outputCongestion": 0.0,
		"outputSkippedFrames": 0, "outputTotalFrames": int64(t / frame),
	}
}

// The states that an output is told in.
const (
	starting = "OBS_WEBSOCKET_OUTPUT_STARTING"
	started  = "OBS_WEBSOCKET_OUTPUT_STARTED"
	stopping = "OBS_WEBSOCKET_OUTPUT_STOPPING"
	stopped  = "OBS_WEBSOCKET_OUTPUT_STOPPED"
	paused   = "OBS_WEBSOCKET_OUTPUT_PAUSED"
	resumed  = "OBS_WEBSOCKET_OUTPUT_RESUMED"
)

// change changes an output, or refuses with a code; then it tells the states.
func (s *Server) change(o *output, event string, f func(now time.Time) int, states ...string) int {
	s.mu.Lock()
	code := f(s.options.Clock())
	now := *o
	s.mu.Unlock()
	if code != success {
		return code
	}
	for _, state := range states {
		data := map[string]any{"outputActive": now.active, "outputState": state}
		if event == "RecordStateChanged" {
			data["outputPath"] = nil
			if state == started || state == stopped {
				data["outputPath"] = now.path
			}
		}
		s.Emit(event, data)
	}
	return success
}

func (s *Server) start(o *output, event, path string) int {
	return s.change(o, event, func(now time.Time) int {
		if o.active {
			return outputRunning
		}
		*o = output{active: true, started: now, path: path}
		return success
	}, starting, started)
}

func (s *Server) stop(o *output, event string) int {
	return s.change(o, event, func(time.Time) int {
		if !o.active {
			return outputNotRunning
		}
		o.active, o.paused = false, false
		return success
	}, stopping, stopped)
}

// file is the path of a recording that begins now; whoever records writes it.
func (s *Server) file() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return filepath.Join(s.options.Directory, s.options.Clock().Local().Format("2006-01-02 15-04-05")+".mkv")
}

// StartRecord begins a recording, and answers the path that it is written to: writing it is left to the
// caller.
func (s *Server) StartRecord() string {
	path := s.file()
	s.start(&s.record, "RecordStateChanged", path)
	return path
}

// StopRecord ends the recording: the file is whole.
func (s *Server) StopRecord() { s.stop(&s.record, "RecordStateChanged") }

// PauseRecord lets the recording wait.
func (s *Server) PauseRecord() { s.pauseRecord() }

func (s *Server) pauseRecord() int {
	return s.change(&s.record, "RecordStateChanged", func(now time.Time) int {
		switch {
		case !s.record.active:
			return outputNotRunning
		case s.record.paused:
			return outputPaused
		}
		s.record.paused, s.record.pausedAt = true, now
		return success
	}, paused)
}

// ResumeRecord goes on with a recording that waits.
func (s *Server) ResumeRecord() { s.resumeRecord() }

func (s *Server) resumeRecord() int {
	return s.change(&s.record, "RecordStateChanged", func(now time.Time) int {
		switch {
		case !s.record.active:
			return outputNotRunning
		case !s.record.paused:
			return outputNotPaused
		}
		s.record.paused = false
		s.record.rested += now.Sub(s.record.pausedAt)
		return success
	}, resumed)
}

// SplitRecord goes on with the recording in another file, and answers its path.
func (s *Server) SplitRecord() string {
	path := s.file()
	s.splitRecord(path)
	return path
}

func (s *Server) splitRecord(path string) int {
	s.mu.Lock()
	active := s.record.active
	if active {
		s.record.path = path
	}
	s.mu.Unlock()
	if !active {
		return outputNotRunning
	}
	s.Emit("RecordFileChanged", map[string]any{"newOutputPath": path})
	return success
}

// StartStream begins to send.
func (s *Server) StartStream() { s.start(&s.stream, "StreamStateChanged", "") }

// StopStream ends it.
func (s *Server) StopStream() { s.stop(&s.stream, "StreamStateChanged") }

// SaveReplay saves the last seconds under a name in the directory.
func (s *Server) SaveReplay(name string) {
	path := filepath.Join(s.options.Directory, name)
	s.mu.Lock()
	s.lastReplay = path
	s.mu.Unlock()
	s.Emit("ReplayBufferSaved", map[string]any{"savedReplayPath": path})
}
