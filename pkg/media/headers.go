package media

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

const (
	minSide = 16          // pixels
	maxSide = 8192        // pixels
	maxArea = 8192 * 4608 // pixels: 8K at any usual shape
)

// probed is ffprobe's JSON, as far as it is used.
type probed struct {
	Streams []stream `json:"streams"`
	Format  struct {
		Name      string            `json:"format_name"`
		StartTime string            `json:"start_time"`
		Tags      map[string]string `json:"tags"`
	} `json:"format"`
}

type stream struct {
	Index       int               `json:"index"`
	Type        string            `json:"codec_type"`
	Codec       string            `json:"codec_name"`
	Profile     string            `json:"profile"`
	Width       int               `json:"width"`
	Height      int               `json:"height"`
	PixelShape  string            `json:"sample_aspect_ratio"`
	PixelFormat string            `json:"pix_fmt"`
	Transfer    string            `json:"color_transfer"`
	FieldOrder  string            `json:"field_order"`
	BaseRate    string            `json:"r_frame_rate"`
	MeanRate    string            `json:"avg_frame_rate"`
	Channels    int               `json:"channels"`
	SampleRate  string            `json:"sample_rate"`
	Disposition map[string]int    `json:"disposition"`
	Tags        map[string]string `json:"tags"`
	SideData    []struct {
		Type     string  `json:"side_data_type"`
		Rotation float64 `json:"rotation"`
	} `json:"side_data_list"`
}

// inspect asks ffprobe for the headers.
func inspect(ctx context.Context, path string) (probed, error) {
	in, err := input(path, "")
	if err != nil {
		return probed{}, err
	}
	var out bytes.Buffer
	err = command{
		tool:   ffprobe,
		args:   append([]string{"-hide_banner", "-loglevel", "error", "-of", "json", "-show_format", "-show_streams"}, in...),
		limit:  timeLimit(0, 0),
		stdout: &out,
	}.run(ctx)
	if failed := (*Failure)(nil); errors.As(err, &failed) {
		if strings.Contains(failed.Error(), "moov atom not found") {
			return probed{}, &Refused{"The file is incomplete: the recording or its upload was cut off before the end."}
		}
		return probed{}, &Refused{"The file is not a video or audio recording that can be read."}
	}
	if err != nil {
		return probed{}, fmt.Errorf("probing %s: %w", path, err)
	}
	var found probed
	if err := json.Unmarshal(out.Bytes(), &found); err != nil {
		return probed{}, fmt.Errorf("reading what ffprobe says of %s: %w", path, err)
	}
	return found, nil
}

// info picks the streams that count: one video, all audio.
func (p probed) info() (Info, error) {
	info := Info{Container: container(p.Format.Name)}
	info.StartTime, _ = strconv.ParseFloat(p.Format.StartTime, 64)
	if slices.Contains([]string{"avif", "avis", "heic", "heix", "mif1", "msf1"}, p.Format.Tags["major_brand"]) {
		return Info{}, &Refused{"The file is a picture, not a video or audio recording."}
	}
	var best *stream
	for i := range p.Streams {
		s := &p.Streams[i]
		if s.Codec == "" || s.Codec == "unknown" || s.Codec == "none" {
			continue
		}
		switch {
		case s.Type == "video" && s.Disposition["attached_pic"] == 0 && s.Width > 0 && s.Height > 0:
			if best == nil || s.rank() > best.rank() {
				best = s
			}
		case s.Type == "audio" && s.Channels > 0:
			info.Audio = append(info.Audio, s.audio())
		}
	}
	if best != nil {
		video, err := best.video()
		if err != nil {
			return Info{}, err
		}
		info.Video = &video
	}
	return info, nil
}

// rank orders video streams: the default one first, then the largest.
func (s *stream) rank() int { return s.Disposition["default"]<<40 + s.Width*s.Height }

func (s *stream) audio() Audio {
	rate, _ := strconv.Atoi(s.SampleRate)
	language := s.Tags["language"]
	if language == "und" {
		language = ""
	}
	return Audio{
		Index: s.Index, Codec: s.Codec, Profile: s.Profile, Channels: s.Channels, SampleRate: rate,
		Language: language, Title: s.Tags["title"],
	}
}

func (s *stream) video() (Video, error) {
	v := Video{
		Index: s.Index, Codec: s.Codec, Profile: s.Profile, Width: s.Width, Height: s.Height, AsStored: true,
		FrameRate: frameRate(s.BaseRate, s.MeanRate), PixelFormat: s.PixelFormat, Transfer: s.Transfer,
		Interlaced: slices.Contains([]string{"tt", "bb", "tb", "bt"}, s.FieldOrder),
		HDR:        s.Transfer == "smpte2084" || s.Transfer == "arib-std-b67",
	}
	if shape := ratio(s.PixelShape, ":"); shape > 1.0/8 && shape < 8 && shape != 1 {
		v.Width = int(math.Round(float64(v.Width) * shape))
		v.AsStored = false
	}
	for _, side := range s.SideData {
		if side.Type == "Display Matrix" { // it is absent when there is nothing to turn
			v.AsStored = false
			v.Rotation = ((-int(math.Round(side.Rotation/90))*90)%360 + 360) % 360
		}
	}
	if v.Rotation%180 == 90 {
		v.Width, v.Height = v.Height, v.Width
	}
	if max(s.Width, s.Height, v.Width, v.Height) > maxSide || max(s.Width*s.Height, v.Width*v.Height) > maxArea {
		return Video{}, &Refused{fmt.Sprintf("The picture is too large: %d × %d pixels; 8K (7680 × 4320) is the most.", v.Width, v.Height)}
	}
	if min(s.Width, s.Height, v.Width, v.Height) < minSide {
		return Video{}, &Refused{fmt.Sprintf("The picture is too small: %d × %d pixels; %d × %d is the least.", v.Width, v.Height, minSide, minSide)}
	}
	return v, nil
}

// container picks one name out of ffmpeg's list of synonyms, such as "mov,mp4,m4a,3gp,3g2,mj2".
func container(names string) string {
	name, _, _ := strings.Cut(names, ",")
	return name
}

// frameRate chooses between the rate that all timestamps fit and the mean. Where they are near each other
// the first is the nominal one; where not, the frames vary and only the mean means something. Rates no
// camera has come from clocks, and count as unknown.
func frameRate(base, mean string) float64 {
	b, m := ratio(base, "/"), ratio(mean, "/")
	rate := m
	if m == 0 || math.Abs(b-m) < 0.1*m {
		rate = b
	}
	if rate > 480 {
		return 0
	}
	return rate
}

// ratio reads "a/b"; what is none is 0.
func ratio(s, separator string) float64 {
	num, den, _ := strings.Cut(s, separator)
	a, err := strconv.ParseFloat(num, 64)
	if err != nil {
		return 0
	}
	b, err := strconv.ParseFloat(den, 64)
	if err != nil || b == 0 {
		return 0
	}
	return a / b
}
