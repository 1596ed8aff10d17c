package media

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// track is one video rung or one audio track as it lies in the folder of segments.
type track struct {
	id         string
	audio      bool
	codecs     string
	width      int
	height     int
	frameRate  float64
	channels   int
	sampleRate int
	name       string // of an audio track, for people
	language   string // BCP 47; empty when unknown
	timescale  int64
	stream     int // number of the stream in ffmpeg's output; file names begin with it
	initBytes  int64
	segments   []segment
	peak       int64 // bits per second, declared
	average    int64 // bits per second, declared
}

// segment is one file of a track; its times count in the track's timescale.
type segment struct {
	start    int64
	duration int64
	bytes    int64
}

func (t *track) init() string { return fmt.Sprintf("%d-init.mp4", t.stream) }

func (t *track) file(i int) string { return fmt.Sprintf("%d-%05d.m4s", t.stream, i+1) }

// seconds turns the track's own time into seconds.
func (t *track) seconds(units int64) float64 { return float64(units) / float64(t.timescale) }

// end is when the last segment ends, in seconds.
func (t *track) end() float64 {
	last := t.segments[len(t.segments)-1]
	return t.seconds(last.start + last.duration)
}

// length is when the last of the tracks ends, in seconds.
func length(tracks []track) float64 {
	end := 0.0
	for i := range tracks {
		end = max(end, tracks[i].end())
	}
	return end
}

// longest is the duration of the longest segment, in seconds.
func (t *track) longest() float64 {
	longest := int64(0)
	for _, s := range t.segments {
		longest = max(longest, s.duration)
	}
	return t.seconds(longest)
}

// aligned tells whether all video tracks have their segments begin together, to half a frame.
func aligned(tracks []track) bool {
	var first *track
	for i := range tracks {
		t := &tracks[i]
		switch {
		case t.audio:
		case first == nil:
			first = t
		case len(t.segments) != len(first.segments):
			return false
		default:
			for n := range t.segments {
				off := t.seconds(t.segments[n].start) - first.seconds(first.segments[n].start)
				if max(off, -off) > 0.5/max(t.frameRate, 1) {
					return false
				}
			}
		}
	}
	return true
}

// readTracks reads ffmpeg's manifest and the sizes of the files it names, all of which must be there.
func readTracks(manifest string) ([]track, error) {
	raw, err := os.ReadFile(manifest)
	if err != nil {
		return nil, fmt.Errorf("reading the packaged manifest: %w", err)
	}
	var doc mpd
	if err := xml.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("reading the packaged manifest: %w", err)
	}
	var tracks []track
	for _, set := range doc.Period.Sets {
		for _, r := range set.Representations {
			stream, err := strconv.Atoi(r.ID)
			if err != nil {
				return nil, fmt.Errorf("reading the packaged manifest: %w", err)
			}
			t := track{
				stream: stream,
				audio:  set.ContentType == "audio", codecs: r.Codecs, width: r.Width, height: r.Height,
				sampleRate: r.SampleRate, timescale: r.Template.Timescale, segments: expand(r.Template.Timeline),
			}
			if len(t.segments) == 0 || t.timescale <= 0 || t.codecs == "" {
				return nil, fmt.Errorf("packaged stream %s is empty", r.ID)
			}
			if r.Channels != nil {
				t.channels, _ = strconv.Atoi(r.Channels.Value)
			}
			if err := t.measure(filepath.Dir(manifest)); err != nil {
				return nil, err
			}
			t.rate()
			tracks = append(tracks, t)
		}
	}
	slices.SortFunc(tracks, func(a, b track) int { return a.stream - b.stream })
	return tracks, nil
}

// measure fills in the sizes of the track's files.
func (t *track) measure(folder string) error {
	size := func(name string) (int64, error) {
		stat, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			return 0, fmt.Errorf("checking the packaged files: %w", err)
		}
		if stat.Size() == 0 {
			return 0, fmt.Errorf("checking the packaged files: %s is empty", name)
		}
		return stat.Size(), nil
	}
	var err error
	if t.initBytes, err = size(t.init()); err != nil {
		return err
	}
	for i := range t.segments {
		if t.segments[i].bytes, err = size(t.file(i)); err != nil {
			return err
		}
	}
	return nil
}
