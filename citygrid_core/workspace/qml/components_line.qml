<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis simplifyDrawingTol="1" labelsEnabled="1" simplifyLocal="1" simplifyDrawingHints="1" simplifyAlgorithm="0" simplifyMaxScale="1" symbologyReferenceScale="-1" minScale="12000" version="3.22" styleCategories="Symbology|Labeling|Fields|Forms|MapTips|Rendering" hasScaleBasedVisibilityFlag="1" maxScale="0">
 <renderer-v2 type="categorizedSymbol" referencescale="-1" enableorderby="0" attr="left(&quot;class_code&quot;, 2)" forceraster="0" symbollevels="0">
  <categories>
   <category symbol="0" value="01" render="true" label="市政公用设施"/>
   <category symbol="1" value="02" render="true" label="交通设施"/>
   <category symbol="2" value="03" render="true" label="市容环卫设施"/>
   <category symbol="3" value="04" render="true" label="园林绿化设施"/>
   <category symbol="4" value="05" render="true" label="其他管理部件"/>
   <category symbol="5" value="" render="true" label="其他类别"/>
  </categories>
  <symbols>
   <symbol type="line" force_rhr="0" clip_to_extent="1" alpha="1" name="0">
    <data_defined_properties>
     <Option type="Map">
      <Option type="QString" name="name" value=""/>
      <Option name="properties"/>
      <Option type="QString" name="type" value="collection"/>
     </Option>
    </data_defined_properties>
    <layer class="SimpleLine" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option type="QString" name="align_dash_pattern" value="0"/>
      <Option type="QString" name="capstyle" value="round"/>
      <Option type="QString" name="customdash" value="5;2"/>
      <Option type="QString" name="customdash_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="customdash_unit" value="MM"/>
      <Option type="QString" name="dash_pattern_offset" value="0"/>
      <Option type="QString" name="dash_pattern_offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="dash_pattern_offset_unit" value="MM"/>
      <Option type="QString" name="draw_inside_polygon" value="0"/>
      <Option type="QString" name="joinstyle" value="round"/>
      <Option type="QString" name="line_color" value="0,114,178,255"/>
      <Option type="QString" name="line_style" value="solid"/>
      <Option type="QString" name="line_width" value="0.6"/>
      <Option type="QString" name="line_width_unit" value="MM"/>
      <Option type="QString" name="offset" value="0"/>
      <Option type="QString" name="offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="offset_unit" value="MM"/>
      <Option type="QString" name="ring_filter" value="0"/>
      <Option type="QString" name="trim_distance_end" value="0"/>
      <Option type="QString" name="trim_distance_end_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_end_unit" value="MM"/>
      <Option type="QString" name="trim_distance_start" value="0"/>
      <Option type="QString" name="trim_distance_start_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_start_unit" value="MM"/>
      <Option type="QString" name="tweak_dash_pattern_on_corners" value="0"/>
      <Option type="QString" name="use_custom_dash" value="0"/>
      <Option type="QString" name="width_map_unit_scale" value="3x:0,0,0,0,0,0"/>
     </Option>
     <prop k="align_dash_pattern" v="0"/>
     <prop k="capstyle" v="round"/>
     <prop k="customdash" v="5;2"/>
     <prop k="customdash_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="customdash_unit" v="MM"/>
     <prop k="dash_pattern_offset" v="0"/>
     <prop k="dash_pattern_offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="dash_pattern_offset_unit" v="MM"/>
     <prop k="draw_inside_polygon" v="0"/>
     <prop k="joinstyle" v="round"/>
     <prop k="line_color" v="0,114,178,255"/>
     <prop k="line_style" v="solid"/>
     <prop k="line_width" v="0.6"/>
     <prop k="line_width_unit" v="MM"/>
     <prop k="offset" v="0"/>
     <prop k="offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="offset_unit" v="MM"/>
     <prop k="ring_filter" v="0"/>
     <prop k="trim_distance_end" v="0"/>
     <prop k="trim_distance_end_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_end_unit" v="MM"/>
     <prop k="trim_distance_start" v="0"/>
     <prop k="trim_distance_start_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_start_unit" v="MM"/>
     <prop k="tweak_dash_pattern_on_corners" v="0"/>
     <prop k="use_custom_dash" v="0"/>
     <prop k="width_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <data_defined_properties>
      <Option type="Map">
       <Option type="QString" name="name" value=""/>
       <Option name="properties"/>
       <Option type="QString" name="type" value="collection"/>
      </Option>
     </data_defined_properties>
    </layer>
   </symbol>
   <symbol type="line" force_rhr="0" clip_to_extent="1" alpha="1" name="1">
    <data_defined_properties>
     <Option type="Map">
      <Option type="QString" name="name" value=""/>
      <Option name="properties"/>
      <Option type="QString" name="type" value="collection"/>
     </Option>
    </data_defined_properties>
    <layer class="SimpleLine" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option type="QString" name="align_dash_pattern" value="0"/>
      <Option type="QString" name="capstyle" value="round"/>
      <Option type="QString" name="customdash" value="5;2"/>
      <Option type="QString" name="customdash_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="customdash_unit" value="MM"/>
      <Option type="QString" name="dash_pattern_offset" value="0"/>
      <Option type="QString" name="dash_pattern_offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="dash_pattern_offset_unit" value="MM"/>
      <Option type="QString" name="draw_inside_polygon" value="0"/>
      <Option type="QString" name="joinstyle" value="round"/>
      <Option type="QString" name="line_color" value="230,159,0,255"/>
      <Option type="QString" name="line_style" value="solid"/>
      <Option type="QString" name="line_width" value="0.6"/>
      <Option type="QString" name="line_width_unit" value="MM"/>
      <Option type="QString" name="offset" value="0"/>
      <Option type="QString" name="offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="offset_unit" value="MM"/>
      <Option type="QString" name="ring_filter" value="0"/>
      <Option type="QString" name="trim_distance_end" value="0"/>
      <Option type="QString" name="trim_distance_end_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_end_unit" value="MM"/>
      <Option type="QString" name="trim_distance_start" value="0"/>
      <Option type="QString" name="trim_distance_start_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_start_unit" value="MM"/>
      <Option type="QString" name="tweak_dash_pattern_on_corners" value="0"/>
      <Option type="QString" name="use_custom_dash" value="0"/>
      <Option type="QString" name="width_map_unit_scale" value="3x:0,0,0,0,0,0"/>
     </Option>
     <prop k="align_dash_pattern" v="0"/>
     <prop k="capstyle" v="round"/>
     <prop k="customdash" v="5;2"/>
     <prop k="customdash_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="customdash_unit" v="MM"/>
     <prop k="dash_pattern_offset" v="0"/>
     <prop k="dash_pattern_offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="dash_pattern_offset_unit" v="MM"/>
     <prop k="draw_inside_polygon" v="0"/>
     <prop k="joinstyle" v="round"/>
     <prop k="line_color" v="230,159,0,255"/>
     <prop k="line_style" v="solid"/>
     <prop k="line_width" v="0.6"/>
     <prop k="line_width_unit" v="MM"/>
     <prop k="offset" v="0"/>
     <prop k="offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="offset_unit" v="MM"/>
     <prop k="ring_filter" v="0"/>
     <prop k="trim_distance_end" v="0"/>
     <prop k="trim_distance_end_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_end_unit" v="MM"/>
     <prop k="trim_distance_start" v="0"/>
     <prop k="trim_distance_start_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_start_unit" v="MM"/>
     <prop k="tweak_dash_pattern_on_corners" v="0"/>
     <prop k="use_custom_dash" v="0"/>
     <prop k="width_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <data_defined_properties>
      <Option type="Map">
       <Option type="QString" name="name" value=""/>
       <Option name="properties"/>
       <Option type="QString" name="type" value="collection"/>
      </Option>
     </data_defined_properties>
    </layer>
   </symbol>
   <symbol type="line" force_rhr="0" clip_to_extent="1" alpha="1" name="2">
    <data_defined_properties>
     <Option type="Map">
      <Option type="QString" name="name" value=""/>
      <Option name="properties"/>
      <Option type="QString" name="type" value="collection"/>
     </Option>
    </data_defined_properties>
    <layer class="SimpleLine" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option type="QString" name="align_dash_pattern" value="0"/>
      <Option type="QString" name="capstyle" value="round"/>
      <Option type="QString" name="customdash" value="5;2"/>
      <Option type="QString" name="customdash_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="customdash_unit" value="MM"/>
      <Option type="QString" name="dash_pattern_offset" value="0"/>
      <Option type="QString" name="dash_pattern_offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="dash_pattern_offset_unit" value="MM"/>
      <Option type="QString" name="draw_inside_polygon" value="0"/>
      <Option type="QString" name="joinstyle" value="round"/>
      <Option type="QString" name="line_color" value="213,94,0,255"/>
      <Option type="QString" name="line_style" value="solid"/>
      <Option type="QString" name="line_width" value="0.6"/>
      <Option type="QString" name="line_width_unit" value="MM"/>
      <Option type="QString" name="offset" value="0"/>
      <Option type="QString" name="offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="offset_unit" value="MM"/>
      <Option type="QString" name="ring_filter" value="0"/>
      <Option type="QString" name="trim_distance_end" value="0"/>
      <Option type="QString" name="trim_distance_end_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_end_unit" value="MM"/>
      <Option type="QString" name="trim_distance_start" value="0"/>
      <Option type="QString" name="trim_distance_start_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_start_unit" value="MM"/>
      <Option type="QString" name="tweak_dash_pattern_on_corners" value="0"/>
      <Option type="QString" name="use_custom_dash" value="0"/>
      <Option type="QString" name="width_map_unit_scale" value="3x:0,0,0,0,0,0"/>
     </Option>
     <prop k="align_dash_pattern" v="0"/>
     <prop k="capstyle" v="round"/>
     <prop k="customdash" v="5;2"/>
     <prop k="customdash_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="customdash_unit" v="MM"/>
     <prop k="dash_pattern_offset" v="0"/>
     <prop k="dash_pattern_offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="dash_pattern_offset_unit" v="MM"/>
     <prop k="draw_inside_polygon" v="0"/>
     <prop k="joinstyle" v="round"/>
     <prop k="line_color" v="213,94,0,255"/>
     <prop k="line_style" v="solid"/>
     <prop k="line_width" v="0.6"/>
     <prop k="line_width_unit" v="MM"/>
     <prop k="offset" v="0"/>
     <prop k="offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="offset_unit" v="MM"/>
     <prop k="ring_filter" v="0"/>
     <prop k="trim_distance_end" v="0"/>
     <prop k="trim_distance_end_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_end_unit" v="MM"/>
     <prop k="trim_distance_start" v="0"/>
     <prop k="trim_distance_start_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_start_unit" v="MM"/>
     <prop k="tweak_dash_pattern_on_corners" v="0"/>
     <prop k="use_custom_dash" v="0"/>
     <prop k="width_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <data_defined_properties>
      <Option type="Map">
       <Option type="QString" name="name" value=""/>
       <Option name="properties"/>
       <Option type="QString" name="type" value="collection"/>
      </Option>
     </data_defined_properties>
    </layer>
   </symbol>
   <symbol type="line" force_rhr="0" clip_to_extent="1" alpha="1" name="3">
    <data_defined_properties>
     <Option type="Map">
      <Option type="QString" name="name" value=""/>
      <Option name="properties"/>
      <Option type="QString" name="type" value="collection"/>
     </Option>
    </data_defined_properties>
    <layer class="SimpleLine" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option type="QString" name="align_dash_pattern" value="0"/>
      <Option type="QString" name="capstyle" value="round"/>
      <Option type="QString" name="customdash" value="5;2"/>
      <Option type="QString" name="customdash_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="customdash_unit" value="MM"/>
      <Option type="QString" name="dash_pattern_offset" value="0"/>
      <Option type="QString" name="dash_pattern_offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="dash_pattern_offset_unit" value="MM"/>
      <Option type="QString" name="draw_inside_polygon" value="0"/>
      <Option type="QString" name="joinstyle" value="round"/>
      <Option type="QString" name="line_color" value="0,158,115,255"/>
      <Option type="QString" name="line_style" value="solid"/>
      <Option type="QString" name="line_width" value="0.6"/>
      <Option type="QString" name="line_width_unit" value="MM"/>
      <Option type="QString" name="offset" value="0"/>
      <Option type="QString" name="offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="offset_unit" value="MM"/>
      <Option type="QString" name="ring_filter" value="0"/>
      <Option type="QString" name="trim_distance_end" value="0"/>
      <Option type="QString" name="trim_distance_end_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_end_unit" value="MM"/>
      <Option type="QString" name="trim_distance_start" value="0"/>
      <Option type="QString" name="trim_distance_start_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_start_unit" value="MM"/>
      <Option type="QString" name="tweak_dash_pattern_on_corners" value="0"/>
      <Option type="QString" name="use_custom_dash" value="0"/>
      <Option type="QString" name="width_map_unit_scale" value="3x:0,0,0,0,0,0"/>
     </Option>
     <prop k="align_dash_pattern" v="0"/>
     <prop k="capstyle" v="round"/>
     <prop k="customdash" v="5;2"/>
     <prop k="customdash_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="customdash_unit" v="MM"/>
     <prop k="dash_pattern_offset" v="0"/>
     <prop k="dash_pattern_offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="dash_pattern_offset_unit" v="MM"/>
     <prop k="draw_inside_polygon" v="0"/>
     <prop k="joinstyle" v="round"/>
     <prop k="line_color" v="0,158,115,255"/>
     <prop k="line_style" v="solid"/>
     <prop k="line_width" v="0.6"/>
     <prop k="line_width_unit" v="MM"/>
     <prop k="offset" v="0"/>
     <prop k="offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="offset_unit" v="MM"/>
     <prop k="ring_filter" v="0"/>
     <prop k="trim_distance_end" v="0"/>
     <prop k="trim_distance_end_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_end_unit" v="MM"/>
     <prop k="trim_distance_start" v="0"/>
     <prop k="trim_distance_start_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_start_unit" v="MM"/>
     <prop k="tweak_dash_pattern_on_corners" v="0"/>
     <prop k="use_custom_dash" v="0"/>
     <prop k="width_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <data_defined_properties>
      <Option type="Map">
       <Option type="QString" name="name" value=""/>
       <Option name="properties"/>
       <Option type="QString" name="type" value="collection"/>
      </Option>
     </data_defined_properties>
    </layer>
   </symbol>
   <symbol type="line" force_rhr="0" clip_to_extent="1" alpha="1" name="4">
    <data_defined_properties>
     <Option type="Map">
      <Option type="QString" name="name" value=""/>
      <Option name="properties"/>
      <Option type="QString" name="type" value="collection"/>
     </Option>
    </data_defined_properties>
    <layer class="SimpleLine" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option type="QString" name="align_dash_pattern" value="0"/>
      <Option type="QString" name="capstyle" value="round"/>
      <Option type="QString" name="customdash" value="5;2"/>
      <Option type="QString" name="customdash_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="customdash_unit" value="MM"/>
      <Option type="QString" name="dash_pattern_offset" value="0"/>
      <Option type="QString" name="dash_pattern_offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="dash_pattern_offset_unit" value="MM"/>
      <Option type="QString" name="draw_inside_polygon" value="0"/>
      <Option type="QString" name="joinstyle" value="round"/>
      <Option type="QString" name="line_color" value="155,79,150,255"/>
      <Option type="QString" name="line_style" value="solid"/>
      <Option type="QString" name="line_width" value="0.6"/>
      <Option type="QString" name="line_width_unit" value="MM"/>
      <Option type="QString" name="offset" value="0"/>
      <Option type="QString" name="offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="offset_unit" value="MM"/>
      <Option type="QString" name="ring_filter" value="0"/>
      <Option type="QString" name="trim_distance_end" value="0"/>
      <Option type="QString" name="trim_distance_end_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_end_unit" value="MM"/>
      <Option type="QString" name="trim_distance_start" value="0"/>
      <Option type="QString" name="trim_distance_start_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_start_unit" value="MM"/>
      <Option type="QString" name="tweak_dash_pattern_on_corners" value="0"/>
      <Option type="QString" name="use_custom_dash" value="0"/>
      <Option type="QString" name="width_map_unit_scale" value="3x:0,0,0,0,0,0"/>
     </Option>
     <prop k="align_dash_pattern" v="0"/>
     <prop k="capstyle" v="round"/>
     <prop k="customdash" v="5;2"/>
     <prop k="customdash_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="customdash_unit" v="MM"/>
     <prop k="dash_pattern_offset" v="0"/>
     <prop k="dash_pattern_offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="dash_pattern_offset_unit" v="MM"/>
     <prop k="draw_inside_polygon" v="0"/>
     <prop k="joinstyle" v="round"/>
     <prop k="line_color" v="155,79,150,255"/>
     <prop k="line_style" v="solid"/>
     <prop k="line_width" v="0.6"/>
     <prop k="line_width_unit" v="MM"/>
     <prop k="offset" v="0"/>
     <prop k="offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="offset_unit" v="MM"/>
     <prop k="ring_filter" v="0"/>
     <prop k="trim_distance_end" v="0"/>
     <prop k="trim_distance_end_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_end_unit" v="MM"/>
     <prop k="trim_distance_start" v="0"/>
     <prop k="trim_distance_start_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_start_unit" v="MM"/>
     <prop k="tweak_dash_pattern_on_corners" v="0"/>
     <prop k="use_custom_dash" v="0"/>
     <prop k="width_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <data_defined_properties>
      <Option type="Map">
       <Option type="QString" name="name" value=""/>
       <Option name="properties"/>
       <Option type="QString" name="type" value="collection"/>
      </Option>
     </data_defined_properties>
    </layer>
   </symbol>
   <symbol type="line" force_rhr="0" clip_to_extent="1" alpha="1" name="5">
    <data_defined_properties>
     <Option type="Map">
      <Option type="QString" name="name" value=""/>
      <Option name="properties"/>
      <Option type="QString" name="type" value="collection"/>
     </Option>
    </data_defined_properties>
    <layer class="SimpleLine" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option type="QString" name="align_dash_pattern" value="0"/>
      <Option type="QString" name="capstyle" value="round"/>
      <Option type="QString" name="customdash" value="5;2"/>
      <Option type="QString" name="customdash_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="customdash_unit" value="MM"/>
      <Option type="QString" name="dash_pattern_offset" value="0"/>
      <Option type="QString" name="dash_pattern_offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="dash_pattern_offset_unit" value="MM"/>
      <Option type="QString" name="draw_inside_polygon" value="0"/>
      <Option type="QString" name="joinstyle" value="round"/>
      <Option type="QString" name="line_color" value="127,127,127,255"/>
      <Option type="QString" name="line_style" value="solid"/>
      <Option type="QString" name="line_width" value="0.6"/>
      <Option type="QString" name="line_width_unit" value="MM"/>
      <Option type="QString" name="offset" value="0"/>
      <Option type="QString" name="offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="offset_unit" value="MM"/>
      <Option type="QString" name="ring_filter" value="0"/>
      <Option type="QString" name="trim_distance_end" value="0"/>
      <Option type="QString" name="trim_distance_end_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_end_unit" value="MM"/>
      <Option type="QString" name="trim_distance_start" value="0"/>
      <Option type="QString" name="trim_distance_start_map_unit_scale" value="3x:0,0,0,0,0,0"/>
      <Option type="QString" name="trim_distance_start_unit" value="MM"/>
      <Option type="QString" name="tweak_dash_pattern_on_corners" value="0"/>
      <Option type="QString" name="use_custom_dash" value="0"/>
      <Option type="QString" name="width_map_unit_scale" value="3x:0,0,0,0,0,0"/>
     </Option>
     <prop k="align_dash_pattern" v="0"/>
     <prop k="capstyle" v="round"/>
     <prop k="customdash" v="5;2"/>
     <prop k="customdash_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="customdash_unit" v="MM"/>
     <prop k="dash_pattern_offset" v="0"/>
     <prop k="dash_pattern_offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="dash_pattern_offset_unit" v="MM"/>
     <prop k="draw_inside_polygon" v="0"/>
     <prop k="joinstyle" v="round"/>
     <prop k="line_color" v="127,127,127,255"/>
     <prop k="line_style" v="solid"/>
     <prop k="line_width" v="0.6"/>
     <prop k="line_width_unit" v="MM"/>
     <prop k="offset" v="0"/>
     <prop k="offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="offset_unit" v="MM"/>
     <prop k="ring_filter" v="0"/>
     <prop k="trim_distance_end" v="0"/>
     <prop k="trim_distance_end_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_end_unit" v="MM"/>
     <prop k="trim_distance_start" v="0"/>
     <prop k="trim_distance_start_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <prop k="trim_distance_start_unit" v="MM"/>
     <prop k="tweak_dash_pattern_on_corners" v="0"/>
     <prop k="use_custom_dash" v="0"/>
     <prop k="width_map_unit_scale" v="3x:0,0,0,0,0,0"/>
     <data_defined_properties>
      <Option type="Map">
       <Option type="QString" name="name" value=""/>
       <Option name="properties"/>
       <Option type="QString" name="type" value="collection"/>
      </Option>
     </data_defined_properties>
    </layer>
   </symbol>
  </symbols>
  <rotation/>
  <sizescale/>
 </renderer-v2>
 <labeling type="rule-based">
  <rules key="{00000000-0000-0000-0000-000000000000}">
   <rule scalemaxdenom="800" key="{00000000-0000-0000-0000-000000000001}">
    <settings calloutType="simple">
     <text-style fieldName="&quot;name&quot;" fontWeight="50" useSubstitutions="0" capitalization="0" fontSizeMapUnitScale="3x:0,0,0,0,0,0" textOrientation="horizontal" legendString="Aa" textColor="43,43,43,255" fontSize="6.5" fontUnderline="0" fontStrikeout="0" fontLetterSpacing="0" textOpacity="1" blendMode="0" fontItalic="0" fontWordSpacing="0" fontSizeUnit="Point" previewBkgrdColor="255,255,255,255" fontKerning="1" fontFamily="Sans Serif" allowHtml="0" isExpression="1" namedStyle="" multilineHeight="1">
      <families/>
      <text-buffer bufferJoinStyle="128" bufferSize="0.5" bufferSizeMapUnitScale="3x:0,0,0,0,0,0" bufferDraw="1" bufferBlendMode="0" bufferNoFill="1" bufferColor="255,255,255,215" bufferOpacity="1" bufferSizeUnits="MM"/>
      <text-mask maskOpacity="1" maskedSymbolLayers="" maskSizeUnits="MM" maskJoinStyle="128" maskType="0" maskSizeMapUnitScale="3x:0,0,0,0,0,0" maskEnabled="0" maskSize="1.5"/>
      <background shapeDraw="0" shapeRadiiX="0" shapeOpacity="1" shapeRadiiY="0" shapeOffsetMapUnitScale="3x:0,0,0,0,0,0" shapeFillColor="255,255,255,255" shapeBorderWidth="0" shapeSizeMapUnitScale="3x:0,0,0,0,0,0" shapeRadiiMapUnitScale="3x:0,0,0,0,0,0" shapeBorderWidthUnit="MM" shapeRotationType="0" shapeSVGFile="" shapeJoinStyle="64" shapeBorderColor="128,128,128,255" shapeBorderWidthMapUnitScale="3x:0,0,0,0,0,0" shapeRotation="0" shapeType="0" shapeOffsetUnit="MM" shapeRadiiUnit="MM" shapeOffsetX="0" shapeSizeX="0" shapeOffsetY="0" shapeSizeY="0" shapeBlendMode="0" shapeSizeUnit="MM" shapeSizeType="0">
       <symbol type="fill" force_rhr="0" clip_to_extent="1" alpha="1" name="fillSymbol">
        <data_defined_properties>
         <Option type="Map">
          <Option type="QString" name="name" value=""/>
          <Option name="properties"/>
          <Option type="QString" name="type" value="collection"/>
         </Option>
        </data_defined_properties>
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
         <Option type="Map">
          <Option type="QString" name="border_width_map_unit_scale" value="3x:0,0,0,0,0,0"/>
          <Option type="QString" name="color" value="255,255,255,255"/>
          <Option type="QString" name="joinstyle" value="bevel"/>
          <Option type="QString" name="offset" value="0,0"/>
          <Option type="QString" name="offset_map_unit_scale" value="3x:0,0,0,0,0,0"/>
          <Option type="QString" name="offset_unit" value="MM"/>
          <Option type="QString" name="outline_color" value="128,128,128,255"/>
          <Option type="QString" name="outline_style" value="no"/>
          <Option type="QString" name="outline_width" value="0"/>
          <Option type="QString" name="outline_width_unit" value="MM"/>
          <Option type="QString" name="style" value="solid"/>
         </Option>
         <prop k="border_width_map_unit_scale" v="3x:0,0,0,0,0,0"/>
         <prop k="color" v="255,255,255,255"/>
         <prop k="joinstyle" v="bevel"/>
         <prop k="offset" v="0,0"/>
         <prop k="offset_map_unit_scale" v="3x:0,0,0,0,0,0"/>
         <prop k="offset_unit" v="MM"/>
         <prop k="outline_color" v="128,128,128,255"/>
         <prop k="outline_style" v="no"/>
         <prop k="outline_width" v="0"/>
         <prop k="outline_width_unit" v="MM"/>
         <prop k="style" v="solid"/>
         <data_defined_properties>
          <Option type="Map">
           <Option type="QString" name="name" value=""/>
           <Option name="properties"/>
           <Option type="QString" name="type" value="collection"/>
          </Option>
         </data_defined_properties>
        </layer>
       </symbol>
      </background>
      <shadow shadowRadiusMapUnitScale="3x:0,0,0,0,0,0" shadowRadiusAlphaOnly="0" shadowOffsetUnit="MM" shadowOffsetGlobal="1" shadowUnder="0" shadowOpacity="0.69999999999999996" shadowColor="0,0,0,255" shadowDraw="0" shadowOffsetMapUnitScale="3x:0,0,0,0,0,0" shadowRadius="1.5" shadowScale="100" shadowOffsetAngle="135" shadowBlendMode="6" shadowOffsetDist="1" shadowRadiusUnit="MM"/>
      <dd_properties>
       <Option type="Map">
        <Option type="QString" name="name" value=""/>
        <Option name="properties"/>
        <Option type="QString" name="type" value="collection"/>
       </Option>
      </dd_properties>
      <substitutions/>
     </text-style>
     <text-format placeDirectionSymbol="0" plussign="0" formatNumbers="0" rightDirectionSymbol=">" multilineAlign="3" reverseDirectionSymbol="0" useMaxLineLengthForAutoWrap="1" decimals="3" wrapChar="" autoWrapLength="0" leftDirectionSymbol="&lt;" addDirectionSymbol="0"/>
     <placement placementFlags="10" rotationUnit="AngleDegrees" rotationAngle="0" yOffset="0" xOffset="0" overrunDistanceMapUnitScale="3x:0,0,0,0,0,0" overrunDistance="0" geometryGeneratorEnabled="0" layerType="UnknownGeometry" labelOffsetMapUnitScale="3x:0,0,0,0,0,0" lineAnchorClipping="0" placement="4" repeatDistanceMapUnitScale="3x:0,0,0,0,0,0" lineAnchorPercent="0.5" geometryGenerator="" maxCurvedCharAngleIn="25" geometryGeneratorType="PointGeometry" preserveRotation="1" distMapUnitScale="3x:0,0,0,0,0,0" quadOffset="4" centroidInside="0" maxCurvedCharAngleOut="-25" overrunDistanceUnit="MM" polygonPlacementFlags="2" distUnits="MM" predefinedPositionOrder="TR,TL,BR,BL,R,L,TSR,BSR" lineAnchorType="0" offsetType="0" repeatDistanceUnits="MM" repeatDistance="0" fitInPolygonOnly="0" centroidWhole="0" dist="0" offsetUnits="MM" priority="2"/>
     <rendering upsidedownLabels="0" unplacedVisibility="0" obstacleType="1" displayAll="0" scaleMin="0" zIndex="0" scaleVisibility="0" minFeatureSize="0" fontLimitPixelSize="0" drawLabels="1" limitNumLabels="0" labelPerPart="0" maxNumLabels="2000" obstacle="0" fontMaxPixelSize="10000" scaleMax="0" obstacleFactor="1" fontMinPixelSize="0" mergeLines="0"/>
     <dd_properties>
      <Option type="Map">
       <Option type="QString" name="name" value=""/>
       <Option name="properties"/>
       <Option type="QString" name="type" value="collection"/>
      </Option>
     </dd_properties>
     <callout type="simple">
      <Option type="Map">
       <Option type="QString" name="anchorPoint" value="pole_of_inaccessibility"/>
       <Option type="int" name="blendMode" value="0"/>
       <Option type="Map" name="ddProperties">
        <Option type="QString" name="name" value=""/>
        <Option name="properties"/>
        <Option type="QString" name="type" value="collection"/>
       </Option>
       <Option type="bool" name="drawToAllParts" value="false"/>
       <Option type="QString" name="enabled" value="0"/>
       <Option type="QString" name="labelAnchorPoint" value="point_on_exterior"/>
       <Option type="QString" name="lineSymbol" value="&lt;symbol type=&quot;line&quot; force_rhr=&quot;0&quot; clip_to_extent=&quot;1&quot; alpha=&quot;1&quot; name=&quot;symbol&quot;>&lt;data_defined_properties>&lt;Option type=&quot;Map&quot;>&lt;Option type=&quot;QString&quot; name=&quot;name&quot; value=&quot;&quot;/>&lt;Option name=&quot;properties&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;type&quot; value=&quot;collection&quot;/>&lt;/Option>&lt;/data_defined_properties>&lt;layer class=&quot;SimpleLine&quot; enabled=&quot;1&quot; locked=&quot;0&quot; pass=&quot;0&quot;>&lt;Option type=&quot;Map&quot;>&lt;Option type=&quot;QString&quot; name=&quot;align_dash_pattern&quot; value=&quot;0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;capstyle&quot; value=&quot;square&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;customdash&quot; value=&quot;5;2&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;customdash_map_unit_scale&quot; value=&quot;3x:0,0,0,0,0,0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;customdash_unit&quot; value=&quot;MM&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;dash_pattern_offset&quot; value=&quot;0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;dash_pattern_offset_map_unit_scale&quot; value=&quot;3x:0,0,0,0,0,0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;dash_pattern_offset_unit&quot; value=&quot;MM&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;draw_inside_polygon&quot; value=&quot;0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;joinstyle&quot; value=&quot;bevel&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;line_color&quot; value=&quot;60,60,60,255&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;line_style&quot; value=&quot;solid&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;line_width&quot; value=&quot;0.3&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;line_width_unit&quot; value=&quot;MM&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;offset&quot; value=&quot;0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;offset_map_unit_scale&quot; value=&quot;3x:0,0,0,0,0,0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;offset_unit&quot; value=&quot;MM&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;ring_filter&quot; value=&quot;0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;trim_distance_end&quot; value=&quot;0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;trim_distance_end_map_unit_scale&quot; value=&quot;3x:0,0,0,0,0,0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;trim_distance_end_unit&quot; value=&quot;MM&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;trim_distance_start&quot; value=&quot;0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;trim_distance_start_map_unit_scale&quot; value=&quot;3x:0,0,0,0,0,0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;trim_distance_start_unit&quot; value=&quot;MM&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;tweak_dash_pattern_on_corners&quot; value=&quot;0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;use_custom_dash&quot; value=&quot;0&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;width_map_unit_scale&quot; value=&quot;3x:0,0,0,0,0,0&quot;/>&lt;/Option>&lt;prop k=&quot;align_dash_pattern&quot; v=&quot;0&quot;/>&lt;prop k=&quot;capstyle&quot; v=&quot;square&quot;/>&lt;prop k=&quot;customdash&quot; v=&quot;5;2&quot;/>&lt;prop k=&quot;customdash_map_unit_scale&quot; v=&quot;3x:0,0,0,0,0,0&quot;/>&lt;prop k=&quot;customdash_unit&quot; v=&quot;MM&quot;/>&lt;prop k=&quot;dash_pattern_offset&quot; v=&quot;0&quot;/>&lt;prop k=&quot;dash_pattern_offset_map_unit_scale&quot; v=&quot;3x:0,0,0,0,0,0&quot;/>&lt;prop k=&quot;dash_pattern_offset_unit&quot; v=&quot;MM&quot;/>&lt;prop k=&quot;draw_inside_polygon&quot; v=&quot;0&quot;/>&lt;prop k=&quot;joinstyle&quot; v=&quot;bevel&quot;/>&lt;prop k=&quot;line_color&quot; v=&quot;60,60,60,255&quot;/>&lt;prop k=&quot;line_style&quot; v=&quot;solid&quot;/>&lt;prop k=&quot;line_width&quot; v=&quot;0.3&quot;/>&lt;prop k=&quot;line_width_unit&quot; v=&quot;MM&quot;/>&lt;prop k=&quot;offset&quot; v=&quot;0&quot;/>&lt;prop k=&quot;offset_map_unit_scale&quot; v=&quot;3x:0,0,0,0,0,0&quot;/>&lt;prop k=&quot;offset_unit&quot; v=&quot;MM&quot;/>&lt;prop k=&quot;ring_filter&quot; v=&quot;0&quot;/>&lt;prop k=&quot;trim_distance_end&quot; v=&quot;0&quot;/>&lt;prop k=&quot;trim_distance_end_map_unit_scale&quot; v=&quot;3x:0,0,0,0,0,0&quot;/>&lt;prop k=&quot;trim_distance_end_unit&quot; v=&quot;MM&quot;/>&lt;prop k=&quot;trim_distance_start&quot; v=&quot;0&quot;/>&lt;prop k=&quot;trim_distance_start_map_unit_scale&quot; v=&quot;3x:0,0,0,0,0,0&quot;/>&lt;prop k=&quot;trim_distance_start_unit&quot; v=&quot;MM&quot;/>&lt;prop k=&quot;tweak_dash_pattern_on_corners&quot; v=&quot;0&quot;/>&lt;prop k=&quot;use_custom_dash&quot; v=&quot;0&quot;/>&lt;prop k=&quot;width_map_unit_scale&quot; v=&quot;3x:0,0,0,0,0,0&quot;/>&lt;data_defined_properties>&lt;Option type=&quot;Map&quot;>&lt;Option type=&quot;QString&quot; name=&quot;name&quot; value=&quot;&quot;/>&lt;Option name=&quot;properties&quot;/>&lt;Option type=&quot;QString&quot; name=&quot;type&quot; value=&quot;collection&quot;/>&lt;/Option>&lt;/data_defined_properties>&lt;/layer>&lt;/symbol>"/>
       <Option type="double" name="minLength" value="0"/>
       <Option type="QString" name="minLengthMapUnitScale" value="3x:0,0,0,0,0,0"/>
       <Option type="QString" name="minLengthUnit" value="MM"/>
       <Option type="double" name="offsetFromAnchor" value="0"/>
       <Option type="QString" name="offsetFromAnchorMapUnitScale" value="3x:0,0,0,0,0,0"/>
       <Option type="QString" name="offsetFromAnchorUnit" value="MM"/>
       <Option type="double" name="offsetFromLabel" value="0"/>
       <Option type="QString" name="offsetFromLabelMapUnitScale" value="3x:0,0,0,0,0,0"/>
       <Option type="QString" name="offsetFromLabelUnit" value="MM"/>
      </Option>
     </callout>
    </settings>
   </rule>
  </rules>
 </labeling>
 <blendMode>0</blendMode>
 <featureBlendMode>0</featureBlendMode>
 <layerOpacity>1</layerOpacity>
 <fieldConfiguration>
  <field name="fid" configurationFlags="None">
   <editWidget type="Hidden">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="class_code" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="01001 供水井盖" value="01001"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01002 污水井盖" value="01002"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01003 雨水井盖" value="01003"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01004 雨水箅子" value="01004"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01005 电力井盖" value="01005"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01006 路灯井盖" value="01006"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01007 通信井盖" value="01007"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01008 电视井盖" value="01008"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01009 网络井盖" value="01009"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01010 热力井盖" value="01010"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01011 燃气井盖" value="01011"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01012 公安井盖" value="01012"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01013 消防设施" value="01013"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01014 园林井盖" value="01014"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01015 信号灯电源井盖" value="01015"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01017 电缆井盖" value="01017"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01018 化粪池井盖" value="01018"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01019 中水井盖" value="01019"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01020 公交井盖" value="01020"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01021 输油（气）井盖" value="01021"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01022 特殊井盖" value="01022"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01023 不明井盖" value="01023"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01024 水井" value="01024"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01025 供水器" value="01025"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01026 沟槽盖板" value="01026"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01027 通信交接箱" value="01027"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01028 电力设施" value="01028"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01029 电力设施标识牌" value="01029"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01030 电力立杆" value="01030"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01031 通信立杆" value="01031"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01032 公交立杆" value="01032"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01033 特殊立杆" value="01033"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01034 不明立杆" value="01034"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01035 旗杆" value="01035"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01036 输油（气）标志" value="01036"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01037 路灯" value="01037"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01038 地灯" value="01038"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01039 景观灯" value="01039"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01040 报刊亭" value="01040"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01041 电话亭" value="01041"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01042 邮筒" value="01042"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01043 信息亭" value="01043"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01044 售货亭" value="01044"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01045 自动售货机" value="01045"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01046 户外健身设施" value="01046"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01047 高压线铁塔" value="01047"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01048 变压器（箱）" value="01048"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01049 燃气调压站（箱）" value="01049"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01050 监控电子眼设施" value="01050"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01051 治安岗亭" value="01051"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01052 休息亭" value="01052"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01053 自助缴费机" value="01053"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01054 充电桩" value="01054"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01055 防蚊闸" value="01055"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01056 跨河管道" value="01056"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01057 露天燃气管道" value="01057"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01058 晒衣架" value="01058"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01059 旧衣物回收箱" value="01059"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01060 路灯配电箱" value="01060"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01061 露天供热管道" value="01061"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01062 通信基站" value="01062"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01063 水塔" value="01063"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01064 牌楼（门楼）" value="01064"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01065 管理责任公示牌" value="01065"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01066 紧急报警点SOS" value="01066"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01067 防汛监测设施" value="01067"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01068 水鹤" value="01068"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01069 水域附属设施" value="01069"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01070 水域护栏" value="01070"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01071 防汛墙" value="01071"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01072 排水泵站" value="01072"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01073 雨污水排放口" value="01073"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01074 综合管廊附属设施" value="01074"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01075 快递柜" value="01075"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01076 公用电梯" value="01076"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="01077 综合杆" value="01077"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02001 停车场" value="02001"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02002 立体车库" value="02002"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02003 停车计费设备" value="02003"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02004 公交站设施" value="02004"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02005 出租车停靠站" value="02005"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02006 过街天桥" value="02006"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02007 地下通道" value="02007"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02008 立交桥" value="02008"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02009 跨河桥" value="02009"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02010 交通标志牌及标线" value="02010"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02011 限高架标志" value="02011"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02012 路名牌" value="02012"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02013 地名牌" value="02013"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02014 交通信号灯" value="02014"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02015 交通信号设施" value="02015"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02016 交通岗亭" value="02016"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02017 交通护栏" value="02017"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02018 防撞桶" value="02018"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02019 安全岛" value="02019"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02020 人行横道桩" value="02020"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02021 便道桩" value="02021"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02022 柔性隔离体" value="02022"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02023 道路信息显示屏" value="02023"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02024 道路隔音屏" value="02024"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02025 非机动车停放点" value="02025"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02026 自行车租赁点" value="02026"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02027 存车支架" value="02027"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02028 铁道口设施" value="02028"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02029 栈桥" value="02029"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02030 水域标示牌" value="02030"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02031 港监设施" value="02031"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02032 轨道交通设施" value="02032"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02033 交通反视镜" value="02033"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02034 无障碍设施" value="02034"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02035 应急避难指示牌" value="02035"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02036 救助站指示牌" value="02036"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02037 文物建筑标志牌" value="02037"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02038 门（楼号）牌" value="02038"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02039 公安指示牌" value="02039"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02040 景区标识牌" value="02040"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02041 停车信息显示屏" value="02041"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02042 铁路桥涵" value="02042"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02043 减速带" value="02043"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="02044 公路隧道" value="02044"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03001 公共厕所" value="03001"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03002 公厕指示牌" value="03002"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03003 化粪池" value="03003"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03004 垃圾间（楼）" value="03004"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03005 垃圾箱" value="03005"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03006 户外广告" value="03006"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03007 牌匾标识" value="03007"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03008 宣传栏" value="03008"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03009 气象监测站" value="03009"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03010 环保监测站" value="03010"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03011 污水口监测站" value="03011"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03012 污水监测器" value="03012"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03013 噪声显示屏" value="03013"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03014 环卫工具间（箱）" value="03014"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03015 宠物拾便纸箱" value="03015"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="03016 烟头收集器或灭烟处" value="03016"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04001 古树名木" value="04001"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04002 行道树" value="04002"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04003 独立树" value="04003"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04004 护树设施" value="04004"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04005 花架花钵" value="04005"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04006 雕塑" value="04006"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04007 街头座椅" value="04007"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04008 绿地护栏" value="04008"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04009 绿地附属设施" value="04009"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04010 喷泉" value="04010"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04011 树池树穴" value="04011"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04012 高架挂箱" value="04012"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04013 绿地" value="04013"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="04014 林地及林地管护设施" value="04014"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="05002 公房地下室" value="05002"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="05003 车辆加油（气、电）站" value="05003"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="05009 文物古迹" value="05009"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="name" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="supervising_code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="owning_code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="maintaining_code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="grid_code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="state" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="完好" value="intact"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="破损" value="damaged"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="丢失" value="lost"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="废弃" value="abandoned"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="移除" value="removed"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="surveyed_on" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="changed_on" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="data_source" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="实测" value="surveyed"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="地形图" value="topographic"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="基础地理数据" value="base"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="其他" value="other"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="accuracy_class" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="A类 ±0.5米" value="A"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="B类 ±1.0米" value="B"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="C类 ±10.0米" value="C"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="source" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="source_key" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="datum" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="manhole_number" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="asset_number" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="valid_from" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="valid_to" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="note" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
 </fieldConfiguration>
 <aliases>
  <alias name="行号" field="fid" index="0"/>
  <alias name="部件标识码" field="code" index="1"/>
  <alias name="部件类别代码" field="class_code" index="2"/>
  <alias name="部件名称" field="name" index="3"/>
  <alias name="主管部门代码" field="supervising_code" index="4"/>
  <alias name="权属单位代码" field="owning_code" index="5"/>
  <alias name="养护单位代码" field="maintaining_code" index="6"/>
  <alias name="所在单元网格" field="grid_code" index="7"/>
  <alias name="部件状态" field="state" index="8"/>
  <alias name="初始日期" field="surveyed_on" index="9"/>
  <alias name="变更日期" field="changed_on" index="10"/>
  <alias name="数据来源" field="data_source" index="11"/>
  <alias name="精度等级" field="accuracy_class" index="12"/>
  <alias name="来源文件" field="source" index="13"/>
  <alias name="来源主键" field="source_key" index="14"/>
  <alias name="来源基准" field="datum" index="15"/>
  <alias name="井盖编号" field="manhole_number" index="16"/>
  <alias name="权属单位资产编号" field="asset_number" index="17"/>
  <alias name="起始日期" field="valid_from" index="18"/>
  <alias name="终止日期" field="valid_to" index="19"/>
  <alias name="备注" field="note" index="20"/>
 </aliases>
 <defaults>
  <default expression="" field="fid" applyOnUpdate="0"/>
  <default expression="" field="code" applyOnUpdate="0"/>
  <default expression="" field="class_code" applyOnUpdate="0"/>
  <default expression="" field="name" applyOnUpdate="0"/>
  <default expression="" field="supervising_code" applyOnUpdate="0"/>
  <default expression="" field="owning_code" applyOnUpdate="0"/>
  <default expression="" field="maintaining_code" applyOnUpdate="0"/>
  <default expression="" field="grid_code" applyOnUpdate="0"/>
  <default expression="" field="state" applyOnUpdate="0"/>
  <default expression="" field="surveyed_on" applyOnUpdate="0"/>
  <default expression="" field="changed_on" applyOnUpdate="0"/>
  <default expression="" field="data_source" applyOnUpdate="0"/>
  <default expression="" field="accuracy_class" applyOnUpdate="0"/>
  <default expression="" field="source" applyOnUpdate="0"/>
  <default expression="" field="source_key" applyOnUpdate="0"/>
  <default expression="" field="datum" applyOnUpdate="0"/>
  <default expression="" field="manhole_number" applyOnUpdate="0"/>
  <default expression="" field="asset_number" applyOnUpdate="0"/>
  <default expression="to_date(now())" field="valid_from" applyOnUpdate="0"/>
  <default expression="" field="valid_to" applyOnUpdate="0"/>
  <default expression="" field="note" applyOnUpdate="0"/>
 </defaults>
 <constraints>
  <constraint unique_strength="1" exp_strength="0" field="fid" notnull_strength="1" constraints="3"/>
  <constraint unique_strength="0" exp_strength="0" field="code" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="class_code" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="name" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="supervising_code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="owning_code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="maintaining_code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="grid_code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="state" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="surveyed_on" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="changed_on" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="data_source" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="accuracy_class" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="source" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="source_key" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="datum" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="manhole_number" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="asset_number" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="valid_from" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="valid_to" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="note" notnull_strength="0" constraints="0"/>
 </constraints>
 <constraintExpressions>
  <constraint desc="" field="fid" exp=""/>
  <constraint desc="" field="code" exp=""/>
  <constraint desc="" field="class_code" exp=""/>
  <constraint desc="" field="name" exp=""/>
  <constraint desc="" field="supervising_code" exp=""/>
  <constraint desc="" field="owning_code" exp=""/>
  <constraint desc="" field="maintaining_code" exp=""/>
  <constraint desc="" field="grid_code" exp=""/>
  <constraint desc="" field="state" exp=""/>
  <constraint desc="" field="surveyed_on" exp=""/>
  <constraint desc="" field="changed_on" exp=""/>
  <constraint desc="" field="data_source" exp=""/>
  <constraint desc="" field="accuracy_class" exp=""/>
  <constraint desc="" field="source" exp=""/>
  <constraint desc="" field="source_key" exp=""/>
  <constraint desc="" field="datum" exp=""/>
  <constraint desc="" field="manhole_number" exp=""/>
  <constraint desc="" field="asset_number" exp=""/>
  <constraint desc="" field="valid_from" exp=""/>
  <constraint desc="" field="valid_to" exp=""/>
  <constraint desc="" field="note" exp=""/>
 </constraintExpressions>
 <expressionfields/>
 <editform tolerant="1"></editform>
 <editforminit/>
 <editforminitcodesource>0</editforminitcodesource>
 <editforminitfilepath></editforminitfilepath>
 <editforminitcode><![CDATA[]]></editforminitcode>
 <featformsuppress>0</featformsuppress>
 <editorlayout>generatedlayout</editorlayout>
 <editable>
  <field editable="1" name="accuracy_class"/>
  <field editable="1" name="asset_number"/>
  <field editable="1" name="changed_on"/>
  <field editable="1" name="class_code"/>
  <field editable="0" name="code"/>
  <field editable="1" name="data_source"/>
  <field editable="1" name="datum"/>
  <field editable="0" name="grid_code"/>
  <field editable="1" name="maintaining_code"/>
  <field editable="1" name="manhole_number"/>
  <field editable="1" name="name"/>
  <field editable="1" name="note"/>
  <field editable="1" name="owning_code"/>
  <field editable="1" name="source"/>
  <field editable="1" name="source_key"/>
  <field editable="1" name="state"/>
  <field editable="1" name="supervising_code"/>
  <field editable="1" name="surveyed_on"/>
  <field editable="1" name="valid_from"/>
  <field editable="1" name="valid_to"/>
 </editable>
 <labelOnTop/>
 <reuseLastValue/>
 <dataDefinedFieldProperties/>
 <widgets/>
 <mapTip>&lt;b>[% "name" %]&lt;/b>&lt;br>[% "code" %]&lt;br>[% represent_value("state", 'state') %]</mapTip>
 <layerGeometryType>1</layerGeometryType>
</qgis>
